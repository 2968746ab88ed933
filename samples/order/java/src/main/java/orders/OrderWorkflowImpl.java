// SPDX-License-Identifier: MIT
package orders;

import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import org.slf4j.Logger;

public class OrderWorkflowImpl implements OrderWorkflow {
    private static final Logger log = Workflow.getLogger(OrderWorkflowImpl.class);
    private static final Duration COOLING_OFF = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final OrderActivities activities =
            Workflow.newActivityStub(
                    OrderActivities.class,
                    ActivityOptions.newBuilder().setStartToCloseTimeout(TIMEOUT).build());
    private final TaxActivities taxes =
            Workflow.newLocalActivityStub(
                    TaxActivities.class,
                    LocalActivityOptions.newBuilder().setStartToCloseTimeout(TIMEOUT).build());

    private String status = "new";
    private boolean approved;
    private String address;

    @Override
    public OrderResult order(Order order) {
        if (address == null) {
            address = order.address();
        }
        int tax = taxes.calculateTax(order.amount());
        Payment payment = new Payment(order.card(), order.amount() + tax);

        status = "reserving stock";
        String reservation = activities.reserveStock(order);

        if (Workflow.getVersion("fraud-check", Workflow.DEFAULT_VERSION, 1) == 1) {
            status = "checking for fraud";
            activities.checkFraud(order);
        }

        status = "waiting for approval";
        if (!Workflow.await(Duration.ofSeconds(order.deadline()), () -> approved)) {
            activities.releaseStock(reservation);
            status = "expired";
            return new OrderResult(status, 0, null);
        }

        status = "cooling off";
        Workflow.sleep(COOLING_OFF);

        status = "charging";
        try {
            activities.chargeCard(payment);
        } catch (ActivityFailure e) {
            activities.releaseStock(reservation);
            status = "declined";
            throw ApplicationFailure.newFailureWithCause("order declined", "OrderDeclined", e);
        }

        status = "shipping";
        ShipOrder shipping =
                Workflow.newChildWorkflowStub(
                        ShipOrder.class,
                        ChildWorkflowOptions.newBuilder()
                                .setWorkflowId(Workflow.getInfo().getWorkflowId() + "-ship")
                                .build());
        Parcel parcel = new Parcel(order.item(), order.quantity(), address);
        Promise<String> ship = Async.function(shipping::ship, parcel);
        Promise<Void> receipt = Async.procedure(activities::sendReceipt, payment);
        String tracking = ship.get();
        receipt.get();

        status = "shipped";
        return new OrderResult(status, payment.total(), tracking);
    }

    @Override
    public void approve() {
        approved = true;
    }

    @Override
    public void note(String text) {
        log.info("note: {}", text);
    }

    @Override
    public String changeAddress(String to) {
        String before = address;
        address = to;
        return before;
    }

    @Override
    public void validateAddress(String to) {
        if (to.isBlank()) {
            throw new IllegalArgumentException("the address is empty");
        }
    }

    @Override
    public String status() {
        return status;
    }
}

// SPDX-License-Identifier: MIT
package orders;

import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

public class OrderActivitiesImpl implements OrderActivities, TaxActivities {
    private static final String DECLINED_CARD = "4000-0002";
    private static final int TAX_PERCENT = 20;

    @Override
    public int calculateTax(int amount) {
        audit("calculate tax");
        return amount * TAX_PERCENT / 100;
    }

    @Override
    public String reserveStock(Order order) {
        audit("reserve " + order.quantity() + " of " + order.item());
        return "reservation-" + order.item() + "-" + order.quantity();
    }

    @Override
    public void releaseStock(String reservation) {
        audit("release " + reservation);
    }

    @Override
    public String checkFraud(Order order) {
        audit("check for fraud");
        return "low risk";
    }

    @Override
    public String chargeCard(Payment payment) {
        audit("charge " + payment.total());
        if (payment.card().equals(DECLINED_CARD)) {
            throw ApplicationFailure.newNonRetryableFailure("card declined", "CardDeclined");
        }
        return "charge-" + payment.total();
    }

    @Override
    public void sendReceipt(Payment payment) {
        audit("send receipt for " + payment.total());
    }

    @Override
    public String printLabel(Parcel parcel) {
        audit("print label to " + parcel.address());
        return "TRK-" + parcel.item();
    }

    /** Appends to the audit log, where one is kept. */
    private static void audit(String line) {
        String path = System.getenv("ORDER_ACTIVITY_LOG");
        if (path == null || path.isEmpty()) {
            return;
        }
        String id = Activity.getExecutionContext().getInfo().getWorkflowId();
        try {
            Files.writeString(
                    Path.of(path),
                    id + " " + line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

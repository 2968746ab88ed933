// SPDX-License-Identifier: MIT
package orders;

import io.temporal.activity.ActivityInterface;

/** The activities of an order: everything that touches the world outside. */
@ActivityInterface
public interface OrderActivities {
    String reserveStock(Order order);

    void releaseStock(String reservation);

    String checkFraud(Order order);

    String chargeCard(Payment payment);

    void sendReceipt(Payment payment);

    String printLabel(Parcel parcel);
}

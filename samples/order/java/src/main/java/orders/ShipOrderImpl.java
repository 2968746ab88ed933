// SPDX-License-Identifier: MIT
package orders;

import io.temporal.activity.ActivityOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;

public class ShipOrderImpl implements ShipOrder {
    private static final Duration TRANSIT = Duration.ofSeconds(1);

    private final OrderActivities activities =
            Workflow.newActivityStub(
                    OrderActivities.class,
                    ActivityOptions.newBuilder()
                            .setStartToCloseTimeout(Duration.ofSeconds(10))
                            .build());

    @Override
    public String ship(Parcel parcel) {
        String tracking = activities.printLabel(parcel);
        Workflow.sleep(TRANSIT);
        return tracking;
    }
}

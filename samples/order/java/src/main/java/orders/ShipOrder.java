// SPDX-License-Identifier: MIT
package orders;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Prints the label and sees the parcel off. */
@WorkflowInterface
public interface ShipOrder {
    @WorkflowMethod
    String ship(Parcel parcel);
}

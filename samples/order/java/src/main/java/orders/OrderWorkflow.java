// SPDX-License-Identifier: MIT
package orders;

import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** An order from reservation to shipping. */
@WorkflowInterface
public interface OrderWorkflow {
    @WorkflowMethod
    OrderResult order(Order order);

    @SignalMethod
    void approve();

    @SignalMethod
    void note(String text);

    @UpdateMethod
    String changeAddress(String address);

    @UpdateValidatorMethod(updateName = "changeAddress")
    void validateAddress(String address);

    @QueryMethod
    String status();
}

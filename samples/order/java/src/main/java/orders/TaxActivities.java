// SPDX-License-Identifier: MIT
package orders;

import io.temporal.activity.ActivityInterface;

/** Short sums that run as local activities. */
@ActivityInterface
public interface TaxActivities {
    int calculateTax(int amount);
}

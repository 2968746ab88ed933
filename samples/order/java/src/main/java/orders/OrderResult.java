// SPDX-License-Identifier: MIT
package orders;

/** How an order ended. */
public record OrderResult(String status, int total, String tracking) {}

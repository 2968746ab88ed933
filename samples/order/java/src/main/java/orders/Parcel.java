// SPDX-License-Identifier: MIT
package orders;

/** What is sent where. */
public record Parcel(String item, int quantity, String address) {}

// SPDX-License-Identifier: MIT
package orders;

/** What a card is charged with: cents, with tax. */
public record Payment(String card, int total) {}

// SPDX-License-Identifier: MIT
package orders;

/** What a customer asks for; amounts in cents, the deadline in seconds to wait for the approval. */
public record Order(
        String item, int quantity, int amount, String card, String address, int deadline) {}

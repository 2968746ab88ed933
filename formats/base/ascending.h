/* SPDX-License-Identifier: MIT */
/* ascending.h: numbers in ascending order, and where one stands among them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* How many of them are below VALUE: the place where it stands, or would. */
static inline size_t ascending_below(const uint32_t *numbers, size_t n, size_t value)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (numbers[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* SPDX-License-Identifier: MIT */
/* text_check.h: whether all text in a message is text. */
#pragma once

#include "formats/base/err.h"
#include "formats/schema/schema.h"

/*
 * Protobuf's strings are UTF-8 by definition, but its wire holds any bytes, and not every
 * reader refuses others. False, with the path of the first string that is none
 * ("activityTaskScheduledEventAttributes.activityType.name").
 */
bool text_check(const struct schema_message *m, struct str bytes, struct err *err);

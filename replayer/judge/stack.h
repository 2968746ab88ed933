/* SPDX-License-Identifier: MIT */
/* stack.h: the text in which an SDK says where workflow code stands, taken apart. */
#pragma once

#include "formats/base/arena.h"
#include "replayer/judge/evidence.h"

/*
 * A stack text is what a worker answers to the query `__stack_trace`, or what a failure
 * carries. Each line is tried with the forms of a table (one row per SDK and kind of line),
 * so a text of any SDK is read by the same loop; what no row knows is left out.
 *
 * Files are shortened to what a person calls them:
 *   - one below ROOT (the folder that hindcast runs in, or n = 0) is named from there;
 *   - "file://" and the like go, and "./";
 *   - of Go, the folders in front of the package that the function names: the function
 *     shop/orders.Place in /build/x/shop/orders/place.go stands in shop/orders/place.go;
 *   - of Java, the folders are those of the class's package;
 *   - else an absolute path keeps its last three parts.
 * A frame is the user's where neither its file nor its function is of an SDK, a language's
 * runtime, or a package manager's folder.
 */

/* Fills coroutines and note; `task` stays as it is. Strings live in A. */
void stack_parse(struct str text, struct str root, struct arena *a, struct stack *ret);

/*
 * The same from the JSON that answers `__enhanced_stack_trace`, with each line's source text
 * where the worker was told to send it. False, and RET as it was: it is no such JSON.
 */
bool stack_parse_enhanced(struct str json, struct str root, struct arena *a, struct stack *ret);

/* For the two: a frame with file and function as they are shown, and whose it is. */
struct stack_frame stack_frame_of(struct str file, struct str function, struct str root,
				  struct arena *a);
/* And the note, if S lacks something; TEXT: what was read. */
void stack_note(struct stack *s, struct str text);

/*
 * Sets stood and stood_task: of each coroutine that waits in the user's code the innermost of
 * its own frames. Nothing where there is none.
 */
void stack_stood(const struct stack *stack, struct evidence *e);

/* All the user's frames of a failure's stack, for code that raised something; stood_task 0. */
void stack_of_failure(struct str text, struct str root, struct arena *a, struct evidence *e);

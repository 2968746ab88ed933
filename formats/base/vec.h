/* SPDX-License-Identifier: MIT */
/* vec.h: typed arrays that grow. */
#pragma once

#include "formats/base/mem.h"

/*
 *     VEC_OF(struct row) rows = {0};
 *     vec_push(&rows, (struct row){1});
 *     for (size_t i = 0; i < rows.n; i++) use(&rows.at[i]);
 *     vec_done(&rows);
 */
#define VEC_OF(type)         \
	struct {             \
		type *at;    \
		size_t n;    \
		size_t cap;  \
	}

#define vec_room(v)                                                                  \
	((v)->n < (v)->cap                                                           \
		 ? (void)0                                                           \
		 : (void)((v)->cap = (v)->cap + (v)->cap / 2 + 8,                    \
			  (v)->at = mem_resize((v)->at, (v)->cap * sizeof(*(v)->at))))

/* The value may name (v)->n: it is evaluated before n grows. */
#define vec_push(v, ...) \
	(vec_room(v), (void)((v)->at[(v)->n] = (__VA_ARGS__)), (void)(v)->n++)
#define vec_done(v) (mem_free((v)->at), (void)((v)->at = NULL, (v)->n = (v)->cap = 0))
#define vec_last(v) (&(v)->at[(v)->n - 1])

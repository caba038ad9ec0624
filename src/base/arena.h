/* SPDX-License-Identifier: Apache-2.0 */
/* An arena: memory that is freed all at once.  Parsed documents and compiled tables live in one
 * each, so nothing inside them needs a free function.  A zeroed struct is an empty arena. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Every piece begins at a multiple of this, and has room up to the next. */
#define WARD_ARENA_ALIGN ((size_t)16)

struct ward_arena {
	struct ward_chunk *chunk; /* newest first */
	char *next, *end;
};

/* For the next; what is left is always a multiple of the alignment. */
void *ward_arena_take_chunk(struct ward_arena *arena, size_t size);

/* Memory that is not zeroed, aligned for any type. */
static inline void *ward_arena_take(struct ward_arena *arena, size_t size)
{
	char *ptr = arena->next;

	if (__builtin_expect(!ptr || size > (size_t)(arena->end - ptr), 0))
		return ward_arena_take_chunk(arena, size);
	arena->next = ptr + ((size + WARD_ARENA_ALIGN - 1) & ~(WARD_ARENA_ALIGN - 1));
	return ptr;
}

/* Zeroed memory, aligned for any type. */
void *ward_arena_alloc(struct ward_arena *arena, size_t size)
	__attribute__((malloc, returns_nonnull));

/* Copies @len bytes and adds a NUL. */
char *ward_arena_strndup(struct ward_arena *arena, const char *str, size_t len);

/* Formats into the arena. */
const char *ward_arena_format(struct ward_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull));
const char *ward_arena_vformat(struct ward_arena *arena, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0), returns_nonnull));

void *ward_arena_copy(struct ward_arena *arena, const void *bytes, size_t size);

/* Forgets everything but keeps one chunk for what comes next. */
void ward_arena_clear(struct ward_arena *arena);

void ward_arena_done(struct ward_arena *arena);

#define ward_arena_new(arena, type) ((type *)ward_arena_alloc((arena), sizeof(type)))
#define ward_arena_new_n(arena, type, n) ((type *)ward_arena_alloc((arena), (n) * sizeof(type)))

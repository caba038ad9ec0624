/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* The first two chunks are small because policies, of which there may be 100,000, have an arena
 * each; later ones double up to the maximum. */
enum {
	CHUNK_FIRST = 640,
	CHUNK_MAX = 1 << 20,
};

struct ward_chunk {
	struct ward_chunk *older;
	size_t size;
	_Alignas(16) char bytes[];
};

static void arena_grow(struct ward_arena *arena, size_t need)
{
	size_t size = arena->chunk && arena->chunk->older ? arena->chunk->size * 2 : CHUNK_FIRST;
	struct ward_chunk *chunk;

	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (size < need)
		size = need;
	chunk = ward_realloc(NULL, 1, sizeof(*chunk) + size);
	chunk->older = arena->chunk;
	chunk->size = size;
	arena->chunk = chunk;
	arena->next = chunk->bytes;
	arena->end = chunk->bytes + size;
}

void *ward_arena_take_chunk(struct ward_arena *arena, size_t size)
{
	void *ptr;

	if (size > SIZE_MAX / 2)
		abort();
	size = (size + WARD_ARENA_ALIGN - 1) & ~(WARD_ARENA_ALIGN - 1);
	arena_grow(arena, size);
	ptr = arena->next;
	arena->next += size;
	return ptr;
}

void *ward_arena_alloc(struct ward_arena *arena, size_t size)
{
	return memset(ward_arena_take(arena, size), 0, size);
}

void *ward_arena_copy(struct ward_arena *arena, const void *bytes, size_t size)
{
	void *copy = ward_arena_take(arena, size);

	if (size)
		memcpy(copy, bytes, size);
	return copy;
}

char *ward_arena_strndup(struct ward_arena *arena, const char *str, size_t len)
{
	char *copy = ward_arena_take(arena, len + 1);

	if (len)
		memcpy(copy, str, len);
	copy[len] = '\0';
	return copy;
}

const char *ward_arena_vformat(struct ward_arena *arena, const char *fmt, va_list args)
{
	_cleanup_free_ char *text = ward_vformat(fmt, args);

	return ward_arena_strndup(arena, text, strlen(text));
}

const char *ward_arena_format(struct ward_arena *arena, const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = ward_arena_vformat(arena, fmt, args);
	va_end(args);
	return text;
}

static void chunks_free(struct ward_chunk *chunk)
{
	while (chunk) {
		struct ward_chunk *older = chunk->older;

		free(chunk);
		chunk = older;
	}
}

void ward_arena_clear(struct ward_arena *arena)
{
	if (!arena->chunk)
		return;
	chunks_free(arena->chunk->older);
	arena->chunk->older = NULL;
	arena->next = arena->chunk->bytes;
}

void ward_arena_done(struct ward_arena *arena)
{
	chunks_free(arena->chunk);
	*arena = (struct ward_arena){};
}

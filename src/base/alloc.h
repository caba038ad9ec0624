/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that cannot fail, and the cleanup attributes.
 *
 * Running out of memory ends the process: there is no sensible half answer to a policy question,
 * and the kernel side goes on enforcing the last complete image when its writer is gone.  So no
 * function in Ward returns "out of memory", and none has to be tested for it. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Zeroed memory; aborts with one line on stderr when there is none. */
void *ward_alloc(size_t size) __attribute__((malloc, returns_nonnull));

/* realloc(3) to @n items of @size bytes; checks the multiplication; new bytes are not zeroed. */
void *ward_realloc(void *old, size_t n, size_t size) __attribute__((returns_nonnull));

char *ward_strdup(const char *str) __attribute__((malloc, returns_nonnull));

/* asprintf(3) that cannot fail; the caller frees. */
char *ward_format(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));
char *ward_vformat(const char *fmt, va_list args)
	__attribute__((format(printf, 1, 0), returns_nonnull));

#define ward_new(type) ((type *)ward_alloc(sizeof(type)))
#define ward_new_n(type, n) ((type *)ward_realloc(NULL, (n), sizeof(type)))

/* _cleanup_(fn): calls fn(&variable) when the variable leaves its scope. */
#define _cleanup_(fn) __attribute__((cleanup(fn)))
#define _cleanup_free_ _cleanup_(ward_cleanup_free)
#define _cleanup_close_ _cleanup_(ward_cleanup_close)
#define _cleanup_file_ _cleanup_(ward_cleanup_file)

/* Hands an owning pointer (or descriptor) on and disarms its cleanup. */
#define TAKE_PTR(var)                                                                              \
	({                                                                                         \
		__typeof__(var) _taken = (var);                                                    \
		(var) = NULL;                                                                      \
		_taken;                                                                            \
	})
#define TAKE_FD(var)                                                                               \
	({                                                                                         \
		int _taken = (var);                                                                \
		(var) = -1;                                                                        \
		_taken;                                                                            \
	})

#define WARD_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static inline void ward_cleanup_free(void *ptr)
{
	free(*(void **)ptr);
}

void ward_cleanup_close(int *fd);
void ward_cleanup_file(void *file); /* FILE ** */

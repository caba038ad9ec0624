/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *checked(void *ptr, size_t size)
{
	if (ptr)
		return ptr;
	fprintf(stderr, "ward: out of memory (%zu bytes)\n", size);
	abort();
}

void *ward_alloc(size_t size)
{
	return checked(calloc(1, size ? size : 1), size);
}

void *ward_realloc(void *old, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return checked(NULL, SIZE_MAX);
	return checked(realloc(old, bytes ? bytes : 1), bytes);
}

char *ward_strdup(const char *str)
{
	return checked(strdup(str), strlen(str));
}

char *ward_vformat(const char *fmt, va_list args)
{
	char *text = NULL;
	int len = vasprintf(&text, fmt, args);

	return checked(len < 0 ? NULL : text, 0);
}

char *ward_format(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = ward_vformat(fmt, args);
	va_end(args);
	return text;
}

void ward_cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

void ward_cleanup_file(void *file)
{
	FILE **f = file;

	if (*f)
		fclose(*f);
}

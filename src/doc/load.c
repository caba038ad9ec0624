/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/load.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

/* Room for the whole file and one byte more, so that its end is seen without growing. */
static size_t size_guess(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return 1 << 16;
	return (size_t)st.st_size < WARD_INPUT_MAX ? (size_t)st.st_size + 1 : WARD_INPUT_MAX + 1;
}

int ward_load(int fd, char **ret_bytes, size_t *ret_size)
{
	size_t cap = size_guess(fd), size = 0;
	_cleanup_free_ char *bytes = ward_realloc(NULL, cap + WARD_INPUT_PADDING, 1);

	for (;;) {
		ssize_t n = read(fd, bytes + size, cap - size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		size += (size_t)n;
		if (size > WARD_INPUT_MAX)
			return -EFBIG;
		if (size < cap)
			continue;
		cap *= 2;
		bytes = ward_realloc(bytes, cap + WARD_INPUT_PADDING, 1);
	}
	memset(bytes + size, 0, WARD_INPUT_PADDING);
	*ret_bytes = TAKE_PTR(bytes);
	*ret_size = size;
	return 0;
}

char *ward_load_copy(const char *bytes, size_t size)
{
	char *copy = ward_realloc(NULL, size + WARD_INPUT_PADDING, 1);

	if (size)
		memcpy(copy, bytes, size);
	memset(copy + size, 0, WARD_INPUT_PADDING);
	return copy;
}

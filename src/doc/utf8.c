/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/utf8.h"

#include <stdint.h>
#include <string.h>

/* What the second byte of a longer character may be depends on the first: no overlong forms, no
 * surrogates, nothing beyond U+10FFFF. */
static size_t char_size(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t size;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	size = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (size > left)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < size; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

/* Of the 64 bytes at @p, is one not ASCII?  The compiler makes vector code of it. */
static int has_high(const char *p)
{
	uint64_t words[8], all = 0;

	memcpy(words, p, sizeof(words));
	for (int i = 0; i < 8; i++)
		all |= words[i];
	return (all & UINT64_C(0x8080808080808080)) != 0;
}

size_t ward_utf8_check(const char *bytes, size_t size)
{
	size_t at = 0;

	while (at < size) {
		size_t stop = at + 64;

		if (size - at >= 64 && !has_high(bytes + at)) {
			at = stop;
			continue;
		}
		while (at < stop && at < size) {
			size_t n = char_size((const unsigned char *)bytes + at, size - at);

			if (!n)
				return at;
			at += n;
		}
	}
	return at;
}

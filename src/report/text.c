/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"

#include <assert.h>
#include <string.h>

static const char *const color_codes[] = {
	[WARD_COLOR_NONE] = "\033[0m",	 [WARD_COLOR_RED] = "\033[1;31m",
	[WARD_COLOR_GREEN] = "\033[32m", [WARD_COLOR_YELLOW] = "\033[33m",
	[WARD_COLOR_BOLD] = "\033[1m",	 [WARD_COLOR_DIM] = "\033[2m",
};
static_assert(WARD_ARRAY_SIZE(color_codes) == WARD_N_COLOR, "one code per colour");

void ward_text_color(const struct ward_text *text, enum ward_color color)
{
	if (text->color)
		fputs(color_codes[color], text->out);
}

/* The length of the UTF-8 sequence at @s and its code point; 0 when it is none. */
static unsigned utf8_decode(const char *s, uint32_t *ret_point)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned len = u[0] < 0x80 ? 1 : u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t point = len == 1 ? u[0] : u[0] & (0x7fu >> len);

	if (len == 0 || u[0] > 0xf4)
		return 0;
	for (unsigned i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (u[i] & 0x3f);
	}
	if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	*ret_point = point;
	return len;
}

/* Control characters, and those that make text read differently from what it is. */
static bool is_harmful(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x061c ||
	       (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x206f) || point == 0xfeff;
}

/* One character of @s, escaped, into @buf; returns the bytes of @s it took. */
static unsigned text_escape(const char *s, char buf[static 16])
{
	uint32_t point;
	unsigned len = utf8_decode(s, &point);

	if (!len)
		sprintf(buf, "\\x%02x", (unsigned char)*s);
	else if (point == '\n' || point == '\t' || point == '\r')
		sprintf(buf, "\\%c", point == '\n' ? 'n' : point == '\t' ? 't' : 'r');
	else if (is_harmful(point))
		sprintf(buf, point < 0x100 ? "\\x%02x" : "\\u{%04x}", point);
	else
		sprintf(buf, "%.*s", (int)len, s);
	return len ? len : 1;
}

/* Bytes up to the next one that is not plain ASCII. */
static size_t text_plain(const char *text)
{
	size_t n = 0;

	while (text[n] >= 0x20 && text[n] < 0x7f)
		n++;
	return n;
}

void ward_text_put(FILE *out, const char *text)
{
	char buf[16];

	for (;;) {
		size_t plain = text_plain(text);

		fwrite(text, 1, plain, out);
		text += plain;
		if (!*text)
			return;
		text += text_escape(text, buf);
		fputs(buf, out);
	}
}

void ward_text_printf(FILE *out, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;

	va_start(args, fmt);
	text = ward_vformat(fmt, args);
	va_end(args);
	ward_text_put(out, text);
}

uint32_t ward_text_width(const char *text)
{
	uint32_t width = 0;
	char buf[16];

	while (*text) {
		text += text_escape(text, buf);
		width += buf[0] == '\\' && buf[1] ? (uint32_t)strlen(buf) : 1;
	}
	return width;
}

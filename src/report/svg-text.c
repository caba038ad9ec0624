/* SPDX-License-Identifier: Apache-2.0 */
#include "report/svg-text.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "analysis/map.h"
#include "base/alloc.h"

/* Advance widths of DejaVu Sans, hundredths of the font size, from U+0020: the widest of the
 * families that the picture names, so that every other one fits too. */
static const uint8_t advance[] = {
	32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37,	 32, 34, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 78, 64,
	58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64,	 62, 74, 69, 99, 69,
	62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36,	 64, 64, 28, 28, 58,
	28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60,	 53, 64, 34, 64, 84,
};
static_assert(sizeof(advance) == 0x7f - 0x20, "one width a printable ASCII character");

/* Reads one code point; 0xfffd and one byte for anything that is not UTF-8. */
static uint32_t rune_next(const char **text)
{
	const unsigned char *at = (const unsigned char *)*text;
	uint32_t n = at[0] < 0x80 ? 0 : at[0] < 0xc2 ? 9 : at[0] < 0xe0 ? 1 : at[0] < 0xf0 ? 2 : 3;
	uint32_t rune = n == 0 ? at[0] : at[0] & (0x3f >> n);

	*text += 1;
	if (n > 3 || at[0] > 0xf4)
		return 0xfffd;
	for (uint32_t i = 1; i <= n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0xfffd;
		rune = rune << 6 | (at[i] & 0x3f);
	}
	if ((n == 2 && rune < 0x800) || (n == 3 && rune < 0x10000) || rune > 0x10ffff ||
	    (rune >= 0xd800 && rune < 0xe000))
		return 0xfffd;
	*text += n;
	return rune;
}

static int rune_width(uint32_t rune)
{
	if (rune >= 0x20 && rune < 0x7f)
		return advance[rune - 0x20];
	return rune < 0x600 ? 80 : 110;
}

int ward_svg_text_width(const char *text, struct svg_font font)
{
	int64_t sum = 0;

	while (*text)
		sum += rune_width(rune_next(&text));
	return (int)((sum * font.size * (font.bold ? 114 : 100) + 99999) / 100000);
}

/* Controls, and what changes the direction or the look of the text around it. */
static bool rune_is_hidden(uint32_t rune)
{
	return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0xad || rune == 0x61c ||
	       (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202e) ||
	       (rune >= 0x2060 && rune <= 0x206f) || rune == 0xfeff ||
	       (rune >= 0xfff0 && rune <= 0xfffc) || (rune & 0xfffe) == 0xfffe ||
	       (rune >= 0xe000 && rune < 0xf900) || rune >= 0xe0000;
}

const char *ward_svg_text_clean(struct ward_arena *arena, const char *raw)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	while (*raw) {
		const char *from = raw;
		uint32_t rune = rune_next(&raw);

		if (rune == 0xfffd)
			fputs("\xef\xbf\xbd", out);
		else if (rune_is_hidden(rune))
			fprintf(out, "\\u%04x", rune);
		else
			fwrite(from, 1, raw - from, out);
	}
	fclose(out);
	return ward_arena_strndup(arena, text, size);
}

/* The longest tail of @text that is at most @width hundredths of the font size wide. */
static const char *tail_of(const char *text, int width)
{
	int sum = 0;

	for (const char *at = text; *at;)
		sum += rune_width(rune_next(&at));
	while (sum > width)
		sum -= rune_width(rune_next(&text));
	return text;
}

const char *ward_svg_text_fit(struct ward_arena *arena, const char *text, struct svg_font font,
			      int width)
{
	int room, sum = 0;
	const char *tail, *end = text;

	if (ward_svg_text_width(text, font) <= width)
		return text;
	room = width * 100000 / (font.size * (font.bold ? 114 : 100)) - 110;
	tail = tail_of(text, room / 3);
	while (end < tail) {
		const char *next = end;

		sum += rune_width(rune_next(&next));
		if (sum > room - room / 3)
			break;
		end = next;
	}
	return ward_arena_format(arena, "%.*s…%s", (int)(end - text), text, tail);
}

void ward_svg_text_put(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '"')
			fputs("&quot;", out);
		else
			putc(*text, out);
	}
}

static bool ports_are_all(const struct ward_port_set *set)
{
	uint32_t full = 0;

	for (uint32_t i = 0; i < set->n; i++)
		full += set->ranges[i].low <= 1 && set->ranges[i].high == 65535;
	return set->other && full == WARD_OTHER;
}

static void range_put(FILE *out, const struct ward_port_range *range)
{
	if (range->low <= 1 && range->high == 65535) {
		fprintf(out, "all %s", ward_proto_str(range->proto));
		return;
	}
	if (range->proto != WARD_TCP)
		fprintf(out, "%s ", ward_proto_str(range->proto));
	fprintf(out, "%u", range->low);
	if (range->high != range->low)
		fprintf(out, "–%u", range->high);
}

const char *ward_svg_ports_text(struct ward_arena *arena, const struct ward_port_set *set,
				uint32_t max)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out;

	if (ports_are_all(set))
		return "all";
	out = open_memstream(&text, &size);
	for (uint32_t i = 0; i < set->n && i < max; i++) {
		fputs(i ? ", " : "", out);
		range_put(out, &set->ranges[i]);
	}
	if (set->n > max)
		fprintf(out, ", +%u", set->n - max);
	if (set->other)
		fputs(set->n ? ", other" : "other", out);
	fclose(out);
	return ward_arena_strndup(arena, text, size);
}

/* How many of the low bits are zero in @first and one in @last, if those are all that differ. */
static int range_prefix(const struct ward_ip_range *range)
{
	uint64_t hi = range->first.hi ^ range->last.hi, lo = range->first.lo ^ range->last.lo;
	int bits = hi ? 128 - __builtin_clzll(hi) : lo ? 64 - __builtin_clzll(lo) : 0;
	bool is_mask = hi ? (hi & (hi + 1)) == 0 && lo == UINT64_MAX : (lo & (lo + 1)) == 0;

	if (!is_mask || (range->first.hi & hi) || (range->first.lo & lo))
		return -1;
	return (range->first.family == WARD_FAMILY_4 ? 32 : 128) - bits;
}

const char *ward_svg_range_text(struct ward_arena *arena, const struct ward_ip_range *range)
{
	char first[WARD_IP_TEXT], last[WARD_IP_TEXT];
	int prefix = range_prefix(range);

	ward_ip_str(range->first, first);
	ward_ip_str(range->last, last);
	if (ward_ip_eq(range->first, range->last))
		return ward_arena_format(arena, "%s", first);
	if (prefix >= 0)
		return ward_arena_format(arena, "%s/%d", first, prefix);
	return ward_arena_format(arena, "%s–%s", first, last);
}

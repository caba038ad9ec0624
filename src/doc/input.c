/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "doc/cursor.h"
#include "doc/utf8.h"

/* Inputs beyond this are refused. */
#define SIZE_MOST ((size_t)1 << 30)

/* Files up to this size are taken whole. */
#define WHOLE_MOST ((size_t)4 << 20)

/* What is read at once of a larger one: it stays in the processor's cache. */
#define WINDOW ((size_t)256 << 10)

void ward_input_unreadable(struct ward_reader *reader, ward_sym file, int error)
{
	struct ward_mark mark = {.file = file};
	const char *hint = error == EACCES || error == EPERM ? "you may not read it"
			   : error == ENOENT		     ? "check the path"
							     : NULL;

	if (error == EFBIG)
		ward_diag(reader->diags, WARD_ERROR, "too-large", mark, NULL, "split it",
			  "larger than 1 GiB");
	else
		ward_diag(reader->diags, WARD_ERROR, "unreadable", mark, NULL, hint,
			  "cannot be read: %s", strerror(error));
}

static void input_reserve(struct ward_input *input, size_t cap)
{
	input->cap = cap;
	input->bytes = ward_realloc(input->bytes, cap + WARD_INPUT_PADDING, 1);
}

/* Reads until there is no room or no more.  Returns 0 or a negative errno. */
static int input_fill(struct ward_input *input)
{
	memcpy(input->bytes + input->size, input->tail, input->n_tail);
	input->size += input->n_tail;
	input->n_tail = 0;
	while (!input->ended && input->size < input->cap) {
		ssize_t n = read(input->fd, input->bytes + input->size, input->cap - input->size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			input->ended = true;
		else if (n > 0)
			input->size += (size_t)n;
		if (input->passed + input->size > SIZE_MOST)
			return -EFBIG;
	}
	return 0;
}

static int utf8_diag(const struct ward_input *input, size_t at)
{
	const unsigned char *p = (const unsigned char *)input->bytes + at;
	bool utf16 = input->passed + at == 0 && input->size > 1 &&
		     ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff));

	ward_diag(input->reader->diags, WARD_ERROR, "not-utf8", ward_input_mark(input, at), NULL,
		  utf16 ? "this is UTF-16: save it as UTF-8" : "save the file as UTF-8",
		  "the byte 0x%02x is not part of UTF-8 text", *p);
	return WARD_DOC_E_BAD;
}

/* Checks what is new, from @checked on.  A character that the window cuts waits in the tail. */
static int input_check(struct ward_input *input, size_t checked)
{
	size_t at = checked + ward_utf8_check(input->bytes + checked, input->size - checked);

	if (at < input->size) {
		if (input->ended || input->size - at > sizeof(input->tail))
			return utf8_diag(input, at);
		input->n_tail = (uint32_t)(input->size - at);
		memcpy(input->tail, input->bytes + at, input->n_tail);
		input->size = at;
	}
	memset(input->bytes + input->size, 0, WARD_INPUT_PADDING);
	return 0;
}

static int input_load(struct ward_input *input)
{
	size_t checked = input->size;
	int r = input_fill(input);

	if (r == 0)
		return input_check(input, checked);
	ward_input_unreadable(input->reader, input->file, -r);
	return WARD_DOC_E_BAD;
}

/* A mark that some editors put before UTF-8. */
static void bom_drop(struct ward_input *input)
{
	if (input->size < 3 || memcmp(input->bytes, "\xef\xbb\xbf", 3) != 0)
		return;
	input->size -= 3;
	input->passed += 3;
	memmove(input->bytes, input->bytes + 3, input->size + WARD_INPUT_PADDING);
}

/* Room for a whole file of @size bytes and one byte more, so that its end is seen; or for a part of
 * it. */
static size_t window_of(const struct ward_input *input, size_t size)
{
	if (input->reader->window)
		return input->reader->window;
	return size && size < WHOLE_MOST ? size + 1 : WINDOW;
}

/* Of a regular file; else 0. */
static size_t file_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size
									    : 0;
}

int ward_input_open(struct ward_input *input, int fd)
{
	size_t size = file_size(fd);
	int r;

	input->fd = fd;
	if (size > SIZE_MOST) {
		ward_input_unreadable(input->reader, input->file, EFBIG);
		return WARD_DOC_E_BAD;
	}
	input_reserve(input, window_of(input, size));
	r = input_load(input);
	if (!r)
		bom_drop(input);
	return r;
}

int ward_input_copy(struct ward_input *input, const char *bytes, size_t size)
{
	int r;

	input->ended = true;
	input_reserve(input, size);
	if (size)
		memcpy(input->bytes, bytes, size);
	input->size = size;
	r = input_check(input, 0);
	if (!r)
		bom_drop(input);
	return r;
}

int ward_input_more(struct ward_input *input, size_t dropped, uint32_t line, uint32_t col)
{
	memmove(input->bytes, input->bytes + dropped, input->size - dropped);
	input->size -= dropped;
	input->passed += dropped;
	input->line = line;
	input->col = col;
	if (input->cap - input->size < input->cap / 2 + sizeof(input->tail))
		input_reserve(input, 2 * input->cap + 2 * sizeof(input->tail));
	return input_load(input);
}

int ward_input_rest(struct ward_input *input)
{
	int r = 0;

	while (!r && !input->ended)
		r = ward_input_more(input, 0, input->line, input->col);
	return r;
}

void ward_input_close(struct ward_input *input)
{
	free(input->bytes);
	input->bytes = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* From paths to documents: which files, which format.
 *
 * A symbolic link to a file is followed; inside of a folder one to a folder is not (as in kubectl),
 * so that no loop of links can be walked for ever. */
#include "doc/read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "doc/cursor.h"
#include "doc/load.h"
#include "doc/utf8.h"

/* Folders within folders within … */
#define FOLDER_DEPTH_MAX 64

static struct ward_mark mark_of(struct ward_reader *reader, const char *path)
{
	return (struct ward_mark){.file = ward_symbol(reader->symbols, path)};
}

static void unreadable_diag(struct ward_reader *reader, const char *path, int error)
{
	const char *hint = error == EACCES || error == EPERM ? "you may not read it"
			   : error == ENOENT		     ? "check the path"
							     : NULL;

	if (error == EFBIG)
		ward_diag(reader->diags, WARD_ERROR, "too-large", mark_of(reader, path), NULL,
			  "split it", "larger than 1 GiB");
	else
		ward_diag(reader->diags, WARD_ERROR, "unreadable", mark_of(reader, path), NULL,
			  hint, "cannot be read: %s", strerror(error));
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), n = strlen(suffix);

	return len > n && strcmp(name + len - n, suffix) == 0;
}

static bool utf8_is_good(const struct ward_input *input)
{
	size_t at = ward_utf8_check(input->bytes, input->size);
	const unsigned char *p = (const unsigned char *)input->bytes + at;
	bool utf16 = at == 0 && input->size > 1 &&
		     ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff));

	if (at == input->size)
		return true;
	ward_diag(input->reader->diags, WARD_ERROR, "not-utf8", ward_input_mark(input, at), NULL,
		  utf16 ? "this is UTF-16: save it as UTF-8" : "save the file as UTF-8",
		  "the byte 0x%02x is not part of UTF-8 text", *p);
	return false;
}

static bool looks_like_json(const struct ward_input *input)
{
	const char *p = input->bytes + strspn(input->bytes, " \t\r\n");

	return *p == '{' || *p == '[';
}

/* Files named .json are JSON.  Elsewhere, what begins like JSON is read as such, but may turn out
 * to be YAML: in braces, or documents of JSON with "---" between them. */
static int read_documents(struct ward_input *input)
{
	const char *name = ward_symbol_str(input->reader->symbols, input->file);
	bool is_json = has_suffix(name, ".json");
	struct ward_json_stop stop = {};
	struct ward_input rest;
	int r;

	if (!is_json && !looks_like_json(input))
		return ward_yaml_read(input);
	r = ward_json_read(input, &stop);
	if (r != WARD_DOC_E_NOT_JSON)
		return r;
	if (is_json || !stop.can_resume) {
		ward_json_stop_diag(input, &stop);
		return WARD_DOC_E_BAD;
	}
	rest = *input;
	rest.bytes += stop.resume;
	rest.size -= stop.resume;
	rest.line = stop.resume_line;
	rest.not_json = &stop;
	r = ward_yaml_read(&rest);
	input->n_roots = rest.n_roots;
	return r;
}

/* @bytes are padded.  @severity is what an input without documents is worth. */
static int read_bytes(struct ward_reader *reader, const char *name, const char *bytes, size_t size,
		      enum ward_severity severity)
{
	struct ward_input input = {
		.reader = reader,
		.file = ward_symbol(reader->symbols, name),
		.bytes = bytes,
		.size = size,
		.line = 1,
	};
	int r;

	reader->n_files++;
	reader->n_bytes += size;
	if (!utf8_is_good(&input))
		return 0;
	if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		input.bytes += 3;
		input.size -= 3;
	}
	r = read_documents(&input);
	if (r == 0 && !input.n_roots)
		ward_diag(reader->diags, severity, "empty-input", mark_of(reader, name), NULL, NULL,
			  size ? "no document in it" : "the file is empty");
	return r < 0 ? r : 0;
}

int ward_read_memory(struct ward_reader *reader, const char *name, const char *bytes, size_t size)
{
	_cleanup_free_ char *copy = ward_load_copy(bytes, size);

	return read_bytes(reader, name, copy, size, WARD_ERROR);
}

static int read_fd(struct ward_reader *reader, const char *name, int fd,
		   enum ward_severity severity)
{
	_cleanup_free_ char *bytes = NULL;
	size_t size;
	int r;

	r = ward_load(fd, &bytes, &size);
	if (r < 0) {
		unreadable_diag(reader, name, -r);
		return 0;
	}
	return read_bytes(reader, name, bytes, size, severity);
}

static int read_file(struct ward_reader *reader, const char *path, enum ward_severity severity)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		unreadable_diag(reader, path, errno);
		return 0;
	}
	return read_fd(reader, path, fd, severity);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int name_cmp(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_document_name(const char *name)
{
	return has_suffix(name, ".yaml") || has_suffix(name, ".yml") || has_suffix(name, ".json");
}

static int read_folder(struct ward_reader *reader, const char *folder, uint32_t depth);

static int read_entry(struct ward_reader *reader, const char *folder, const char *name,
		      uint32_t depth)
{
	_cleanup_free_ char *path = ward_format("%s/%s", folder, name);
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return read_folder(reader, path, depth + 1);
	if (!is_document_name(name))
		return 0;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return 0;
	return read_file(reader, path, WARD_WARNING);
}

static int read_folder(struct ward_reader *reader, const char *folder, uint32_t depth)
{
	struct dirent **entries;
	int n, r = 0;

	if (depth > FOLDER_DEPTH_MAX) {
		unreadable_diag(reader, folder, ELOOP);
		return 0;
	}
	n = scandir(folder, &entries, is_visible, name_cmp);
	if (n < 0) {
		unreadable_diag(reader, folder, errno);
		return 0;
	}
	for (int i = 0; i < n; i++) {
		if (!r)
			r = read_entry(reader, folder, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int read_top_folder(struct ward_reader *reader, const char *path)
{
	size_t len = strlen(path);
	uint32_t n_before = reader->n_files, n_errors = reader->diags->n_of[WARD_ERROR];
	_cleanup_free_ char *folder = NULL;
	int r;

	while (len > 1 && path[len - 1] == '/')
		len--;
	folder = ward_format("%.*s", (int)len, path);
	r = read_folder(reader, folder, 0);
	if (!r && reader->n_files == n_before && reader->diags->n_of[WARD_ERROR] == n_errors)
		ward_diag(reader->diags, WARD_ERROR, "empty-folder", mark_of(reader, path), NULL,
			  NULL, "no .yaml, .yml or .json file in this folder");
	return r;
}

int ward_read_path(struct ward_reader *reader, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return read_fd(reader, path, STDIN_FILENO, WARD_ERROR);
	if (stat(path, &st) < 0) {
		unreadable_diag(reader, path, errno);
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return read_top_folder(reader, path);
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		ward_diag(reader->diags, WARD_ERROR, "unreadable", mark_of(reader, path), NULL,
			  NULL, "neither a file nor a folder");
		return 0;
	}
	return read_file(reader, path, WARD_ERROR);
}

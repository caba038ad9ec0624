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
#include "doc/input.h"

/* Folders within folders within … */
#define FOLDER_DEPTH_MAX 64

static struct ward_mark mark_of(struct ward_reader *reader, const char *path)
{
	return (struct ward_mark){.file = ward_symbol(reader->symbols, path)};
}

static void unreadable_diag(struct ward_reader *reader, const char *path, int error)
{
	ward_input_unreadable(reader, ward_symbol(reader->symbols, path), error);
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), n = strlen(suffix);

	return len > n && strcmp(name + len - n, suffix) == 0;
}

static bool looks_like_json(const struct ward_input *input)
{
	const char *p = input->bytes + strspn(input->bytes, " \t\r\n");

	return *p == '{' || *p == '[';
}

static int read_yaml(struct ward_input *input)
{
	int r = ward_input_rest(input);

	return r ? r : ward_yaml_read(input);
}

/* From where it stopped being JSON. */
static int read_rest(struct ward_input *input, const struct ward_json_stop *stop)
{
	struct ward_input rest;
	int r = ward_input_rest(input);

	if (r)
		return r;
	rest = *input;
	rest.bytes += stop->resume - input->passed;
	rest.size -= stop->resume - input->passed;
	rest.line = stop->resume_line;
	rest.col = 1;
	rest.not_json = stop;
	r = ward_yaml_read(&rest);
	input->n_roots = rest.n_roots;
	return r;
}

/* Files named .json are JSON.  Elsewhere, what begins like JSON is read as such, but may turn out
 * to be YAML: in braces, or documents of JSON with "---" between them. */
static int read_documents(struct ward_input *input)
{
	const char *name = ward_symbol_str(input->reader->symbols, input->file);
	bool is_json = has_suffix(name, ".json");
	struct ward_json_stop stop = {};
	int r;

	if (!is_json && !looks_like_json(input))
		return read_yaml(input);
	r = ward_json_read(input, &stop);
	if (r != WARD_DOC_E_NOT_JSON)
		return r;
	if (!is_json && stop.can_resume)
		return read_rest(input, &stop);
	ward_json_stop_diag(input, &stop);
	return WARD_DOC_E_BAD;
}

static void empty_diag(const struct ward_input *input, enum ward_severity severity)
{
	struct ward_reader *reader = input->reader;
	bool is_stdin = strcmp(ward_symbol_str(reader->symbols, input->file), "-") == 0;

	ward_diag(reader->diags, severity, "empty-input", (struct ward_mark){.file = input->file},
		  NULL,
		  is_stdin ? "look at what the command before the pipe prints"
			   : "expected Kubernetes objects: write them, or leave the file out",
		  input->passed + input->size ? "no document in it"
		  : is_stdin		      ? "standard input is empty"
					      : "the file is empty");
}

static struct ward_input input_of(struct ward_reader *reader, const char *name)
{
	return (struct ward_input){
		.reader = reader,
		.file = ward_symbol(reader->symbols, name),
		.line = 1,
		.col = 1,
	};
}

/* Reads what was opened with result @r, and closes it.  @severity is what an input without
 * documents is worth. */
static int read_opened(struct ward_input *input, int r, enum ward_severity severity)
{
	struct ward_reader *reader = input->reader;
	size_t size;

	if (!r)
		r = read_documents(input);
	size = input->passed + input->size;
	reader->n_files++;
	reader->n_bytes += size;
	if (r == 0 && !input->n_roots)
		empty_diag(input, severity);
	ward_input_close(input);
	return r < 0 ? r : 0;
}

int ward_read_memory(struct ward_reader *reader, const char *name, const char *bytes, size_t size)
{
	struct ward_input input = input_of(reader, name);

	return read_opened(&input, ward_input_copy(&input, bytes, size), WARD_ERROR);
}

static int read_fd(struct ward_reader *reader, const char *name, int fd,
		   enum ward_severity severity)
{
	struct ward_input input = input_of(reader, name);

	return read_opened(&input, ward_input_open(&input, fd), severity);
}

int ward_read_fd(struct ward_reader *reader, const char *name, int fd)
{
	return read_fd(reader, name, fd, WARD_ERROR);
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

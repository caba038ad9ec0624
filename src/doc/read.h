/* SPDX-License-Identifier: Apache-2.0 */
/* Reading documents: files, folders and standard input, YAML and JSON. */
#pragma once

#include <stddef.h>

#include "base/diag.h"
#include "base/symbol.h"
#include "doc/node.h"

/* Called for every object: every document of a multi-document file, and every item of a *List*
 * (a map with "items" whose kind ends in "List") one by one; items that do not say what they are,
 * as those of a PodList, are given the list's apiVersion and its kind without "List".  The tree is
 * valid during the call only.  Return 0 to go on, a negative errno to stop. */
typedef int (*ward_doc_fn)(void *userdata, ward_sym file, const struct ward_node *root);

/* What one reading needs to know and collects. */
struct ward_reader {
	struct ward_symbols *symbols;
	struct ward_diags *diags;
	ward_doc_fn fn;
	void *userdata;
	size_t window; /* bytes read at once, at least 4; 0: what is good (tests make it small) */
	uint32_t n_files, n_documents; /* counted: files, calls of fn */
	uint64_t n_bytes;
};

/* @path is a file, a folder (recursive; .yaml .yml .json; hidden ones skipped) or "-" (stdin).
 * Malformed input, an unreadable file, a folder with nothing to read: an error diagnostic, and
 * reading goes on with the next file so that one run shows all mistakes.  An object with a mistake
 * is not handed out.  Returns 0, or what @fn returned to stop. */
int ward_read_path(struct ward_reader *reader, const char *path);

/* The same from an open file or from memory; @name is what marks say. */
int ward_read_fd(struct ward_reader *reader, const char *name, int fd);
int ward_read_memory(struct ward_reader *reader, const char *name, const char *bytes, size_t size);

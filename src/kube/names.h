/* SPDX-License-Identifier: Apache-2.0 */
/* The grammars of names (A3.1, A3.4, A4.1, A4.2), and the nearest of them to a misspelled one. */
#pragma once

#include <stdbool.h>

/* A name of an object: dot-separated DNS labels, at most 253 bytes. */
bool ward_is_dns_subdomain(const char *text);

/* A name of a namespace: a-z, 0-9 and '-', at most 63 bytes. */
bool ward_is_dns_label(const char *text);

/* The name of a port: 1–15 of a-z, 0-9 and '-', with a letter, no '-' at an end or doubled. */
bool ward_is_port_name(const char *text);

bool ward_is_label_key(const char *text);
bool ward_is_label_value(const char *text);

/* Finds what was meant: { .word = "ingres" }, offer it all candidates, read best. */
struct ward_nearest {
	const char *word;
	const char *best; /* NULL: nothing was near enough */
	unsigned distance;
};

/* Edits are insertions, deletions, replacements and swaps of neighbours; case is free.  Short words
 * must be nearer than long ones; a beginning counts as one edit. */
void ward_nearest_offer(struct ward_nearest *nearest, const char *candidate);

#define WARD_PORT_NAME_RULE                                                                        \
	"a port name has at most 15 of a-z, 0-9 and '-', at least one of them a letter"

/* Keys of the labels that controllers add to the pods that they make of a template. */
enum {
	WARD_N_CONTROLLER_LABEL = 10
};
extern const char *const ward_controller_labels[WARD_N_CONTROLLER_LABEL];

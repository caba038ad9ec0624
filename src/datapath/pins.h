/* SPDX-License-Identifier: Apache-2.0 */
/* What a node's kernel keeps when its process ends: a folder in the BPF file system.
 *
 *	flows-1, …	what all generations write to: the ring, the counters
 *	GENERATION/	a number; the larger is the newer
 *	    image	what its program judges by
 *	    link4	where it is attached, a family each; link6 comes last
 *	    link6
 *
 * There is no other record of what is in force, so nothing can disagree with it: the newest
 * generation that has both links is, and every other is one that was being made or taken away when
 * a process ended.  A private folder is the root of a file system that nobody else can see: the
 * same, but it goes with its process. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	WARD_PINS_SHARED = 0, /* instead of a generation: what belongs to all */
	WARD_PIN_PATH = 64,
};

struct ward_pins {
	int mount, folder; /* -1 when not open; a folder of others has no mount */
};

#define WARD_PINS_NONE ((struct ward_pins){.mount = -1, .folder = -1})

/* Opens, and makes if need be, the folder @path; NULL: a private one.  It is ours alone until it is
 * closed, or the process ends.  0, or a negative errno with @ret_why (the caller frees). */
int ward_pins_open(struct ward_pins *pins, const char *path, char **ret_why);
void ward_pins_close(struct ward_pins *pins);
bool ward_pins_are_private(const struct ward_pins *pins);

/* Is it a name that something in such a folder may have? */
bool ward_pins_are_named(const char *name);

/* As a path for bpf(2), good while @pins is open; returns @buf. */
const char *ward_pin_path(const struct ward_pins *pins, uint32_t generation, const char *name,
			  char buf[static WARD_PIN_PATH]);

/* 0 (or for get a descriptor), or a negative errno. */
int ward_pin_put(const struct ward_pins *pins, uint32_t generation, const char *name, int fd);
int ward_pin_get(const struct ward_pins *pins, uint32_t generation, const char *name);
int ward_pin_remove(const struct ward_pins *pins, uint32_t generation, const char *name);

/* 0, and 0 if there is none; or a negative errno: it cannot be known. */
int ward_pins_newest(const struct ward_pins *pins, uint32_t *ret_generation);

/* Makes an empty generation, newer than all there are. */
int ward_pins_begin(const struct ward_pins *pins, uint32_t *ret_generation);

/* Takes one away in which nothing is. */
void ward_pins_end(const struct ward_pins *pins, uint32_t generation);

typedef void (*ward_pin_fn)(void *userdata, uint32_t generation);

/* Calls @fn for every generation, in no order; it may take it away. */
int ward_pins_each(const struct ward_pins *pins, ward_pin_fn fn, void *userdata);

/* Takes the shared ones away; but for those that stay, if @stays is not NULL. */
void ward_pins_clear(const struct ward_pins *pins, bool (*stays)(const char *name));

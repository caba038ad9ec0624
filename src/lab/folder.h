/* SPDX-License-Identifier: Apache-2.0 */
/* /run/ward/lab/NAME: where the lab's process is found.
 *
 * The lock is held by the process as long as it lives, and by nobody else for longer than it takes
 * to clear the folder away: whoever gets it knows that there is no lab. */
#pragma once

#include <stdbool.h>

#include "base/vec.h"

struct lab_folder {
	char *path, *socket, *lock, *log;
};

/* @name: of a-z, 0-9 and '-', at most 32.  False when it is not. */
bool lab_name_is_valid(const char *name);

/* " --lab NAME", or "" for the default: what a hint appends to a command.  The caller frees. */
char *lab_option(const char *name);

/* The labs that have a folder, sorted by name. */
struct lab_names {
	WARD_VEC(char *) list;
};

void lab_names_find(struct lab_names *names);
void lab_names_done(struct lab_names *names);

void lab_folder_init(struct lab_folder *folder, const char *name);
void lab_folder_done(struct lab_folder *folder);

/* Makes the folder if need be and takes the lock: a descriptor, or -EWOULDBLOCK when a lab has it
 * (one that does not listen is given a second to begin or to end), or another negative errno. */
int lab_folder_lock(const struct lab_folder *folder);

/* The same for a folder that exists: -ENOENT when it does not, or ceases to. */
int lab_folder_lock_existing(const struct lab_folder *folder);

/* Removes everything in it and the folder; the caller holds the lock. */
void lab_folder_remove(const struct lab_folder *folder);

/* A listening socket. */
int lab_folder_listen(const struct lab_folder *folder);

/* A connection to the lab: -ENOENT without folder or socket, -ECONNREFUSED when nobody listens. */
int lab_folder_connect(const struct lab_folder *folder);

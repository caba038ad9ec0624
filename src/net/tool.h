/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that load rules into the kernel: nft, iptables-restore.  They run in the network
 * namespace of the thread that starts them, read the rules as their input, and take all or none. */
#pragma once

#include <sys/types.h>

/* One that runs. */
struct ward_tool {
	const char *name;
	pid_t pid;
	int output; /* what it says, in memory */
};

/* @argv: its name and arguments, ended by NULL; it is looked for where PATH says and in sbin.
 * @name and what it points to must stay until the end.  0, or a negative errno with @ret_why (the
 * caller frees): -ENOENT when it is not installed. */
int ward_tool_start(struct ward_tool *tool, const char *const *argv, const char *input,
		    char **ret_why);

/* Waits for it.  0, or a negative errno with @ret_why: what it said. */
int ward_tool_end(struct ward_tool *tool, char **ret_why);

/* Both. */
int ward_tool_run(const char *const *argv, const char *input, char **ret_why);

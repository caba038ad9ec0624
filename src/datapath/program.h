/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF object in the kernel, and its image in our memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct ward_program {
	struct ward_bpf *object;
	void *image; /* mapped, zeroed by the kernel */
	size_t image_size;
	int fd; /* of the program; owned by @object, like the next two */
	int flows_fd, counters_fd;
};

/* Loads the program with an image of this geometry.  0, or a negative errno with @ret_why (the
 * caller frees). */
int ward_program_load(struct ward_program *program, uint32_t n_buckets, uint32_t n_lines,
		      char **ret_why);

/* Accepts a zeroed one. */
void ward_program_unload(struct ward_program *program);

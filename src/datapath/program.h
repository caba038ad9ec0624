/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF object in the kernel, and its image in our memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/layout.h"

struct ward_pins;

struct ward_program {
	struct ward_bpf *object;
	void *image; /* mapped, zeroed by the kernel */
	size_t image_size;
	int fd; /* of the program; owned by @object, like the next five */
	int image_fd, flows_fd, repeats_fd, tallies_fd, counters_fd;
	uint64_t session; /* of its events; see wire.h */
};

struct ward_program_config {
	struct ward_geometry geometry; /* of the image */
	bool report_every;	       /* an event for every packet, not only the first of a flow */
	uint32_t linger_us;	       /* of some packets, half way: for tests */
	uint64_t session;	       /* told with every event; see wire.h */
	const struct ward_pins *pins;  /* where the maps are that it shares; NULL: with nobody */
};

/* 0, or a negative errno with @ret_why (the caller frees). */
int ward_program_load(struct ward_program *program, const struct ward_program_config *config,
		      char **ret_why);

/* Is it the name under which it shares a map? */
bool ward_program_shares(const char *name);

/* Accepts a zeroed one. */
void ward_program_unload(struct ward_program *program);

/* libbpf would write to stderr; what it has to say comes back as errno and verifier log. */
void ward_program_quiet(void);

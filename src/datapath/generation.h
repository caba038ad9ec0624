/* SPDX-License-Identifier: Apache-2.0 */
/* A generation: one image, the program that judges by it, and where that is attached. */
#pragma once

#include <stdint.h>

#include "datapath/pins.h"
#include "datapath/program.h"
#include "image/image.h"

struct ward_generation {
	uint32_t number; /* in the pins */
	struct ward_program program;
	struct ward_image_writer *writer;
};

/* Everything but the links, so that nothing is judged by it yet, in the empty folder @number of the
 * program's pins.  @image says all but the memory, which comes from the program, and @program all
 * but the geometry, which comes from the image.  0, or a negative errno with @ret_why (the caller
 * frees) and the folder is gone. */
int ward_generation_new(uint32_t number, const struct ward_image_config *image,
			const struct ward_program_config *program,
			struct ward_generation **ret_generation, char **ret_why);

/* Only the memory: what is pinned stays. */
struct ward_generation *ward_generation_free(struct ward_generation *generation);

/* Attaches it in the network namespace of the calling thread: at the priority that @before, which
 * is in force, does not have; or if there is none (0) alone.  On failure it is attached nowhere. */
int ward_generation_attach(const struct ward_pins *pins, const struct ward_generation *generation,
			   uint32_t before, char **ret_why);

/* The one that is in force, or 0.  0, or a negative errno: it cannot be known. */
int ward_generation_find(const struct ward_pins *pins, uint32_t *ret_number);

/* Is what is in force attached in the network namespace of the calling thread?  Its pins do not
 * say. 1, 0, or a negative errno. */
int ward_generation_is_here(void);

/* Detaches and takes away a generation, or what there is of it: when it returns no packet that
 * comes is judged by it. */
void ward_generation_remove(const struct ward_pins *pins, uint32_t number);

void ward_generations_remove(const struct ward_pins *pins);

/* What a process finds: the generation that is in force, or 0; what was left unfinished goes.  And
 * an empty folder for the first of its own, whose number there never was before.  0, or a negative
 * errno: then what is in force is not touched, whatever it is. */
int ward_generations_adopt(const struct ward_pins *pins, uint32_t *ret_in_force,
			   uint32_t *ret_number);

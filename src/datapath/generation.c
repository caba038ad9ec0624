// SPDX-License-Identifier: Apache-2.0
/* How one generation follows another, and why no packet is without one.
 *
 * An image cannot grow and a program cannot be exchanged in place, so whatever is more than a
 * commit (a start, another image layout or program, an image that has become too small) makes a new
 * generation beside the one in force:
 *
 *	1. make		its folder, program and image; nobody judges by it
 *	2. fill		a commit writes the version that it begins with
 *	3. attach	link4, then link6, each pinned as soon as it is there; with link6 the
 *			generation is the one that counts
 *	4. remove	from the one before: each link is unpinned, then detached
 *
 * Ended anywhere, also by SIGKILL, at least one whole generation is attached: the old one until 4,
 * the new one from the end of 3 on.  In 3 a link that is not pinned yet goes with its descriptor;
 * in 4 one that is not pinned any more does.  So a pinned link is always an attached one, and the
 * next start can see from the pins alone what is in force (pins.h) and removes the rest.
 *
 * Between 3 and 4 a packet has to pass both, in the order of their priorities, and each of them
 * judges it by one version, at both of its ends.  It is let through if both say so: what happens to
 * it is what the old version says or what the new one says, and where they differ it is the
 * denial.  So a packet that every version allows is not lost, one that every version denies does
 * not pass, and the promise that each is judged by the version before a change or the one after
 * holds.  What does not hold for these microseconds is that once a packet was judged by the new
 * version all later ones are; and both count a packet that passes.
 *
 * The two take turns at two priorities because the kernel gives a priority of a hook to one BPF
 * program only. */
#include "datapath/generation.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "datapath/hook.h"

enum {
	N_LINKS = 2,
	PATIENCE_MS = 1000, /* for a link that the kernel is still taking away */
	PAUSE_MS = 5,
};

static const struct {
	const char *name;
	uint32_t family;
} links[N_LINKS] = {{"link4", NFPROTO_IPV4}, {"link6", NFPROTO_IPV6}};

static int fill(struct ward_generation *generation, const struct ward_image_config *config,
		const struct ward_program_config *program, char **ret_why)
{
	struct ward_image_config image = *config;
	int r = ward_program_load(&generation->program, program, ret_why);

	if (r < 0)
		return r;
	image.bytes = generation->program.image;
	generation->writer = ward_image_writer_new(&image);
	if (!generation->writer) {
		*ret_why = ward_strdup("the image has no room for the node's pod ranges");
		return -ENOSPC;
	}
	r = ward_pin_put(program->pins, generation->number, "image", generation->program.image_fd);
	if (r < 0)
		*ret_why = ward_format("cannot pin the policy image: %s", strerror(-r));
	return r;
}

int ward_generation_new(uint32_t number, const struct ward_image_config *image,
			const struct ward_program_config *program,
			struct ward_generation **ret_generation, char **ret_why)
{
	struct ward_generation *generation = ward_new(struct ward_generation);
	struct ward_program_config fitting = *program;
	int r;

	generation->number = number;
	fitting.geometry = image->geometry;
	r = fill(generation, image, &fitting, ret_why);
	if (r < 0) {
		ward_generation_remove(program->pins, number);
		ward_generation_free(generation);
		return r;
	}
	*ret_generation = generation;
	return 0;
}

struct ward_generation *ward_generation_free(struct ward_generation *generation)
{
	if (!generation)
		return NULL;
	ward_image_writer_free(generation->writer);
	ward_program_unload(&generation->program);
	free(generation);
	return NULL;
}

/* At one of the two priorities, or the first only. */
static int attach_at(int program_fd, uint32_t family, bool either)
{
	int fd = ward_hook_attach(program_fd, family, WARD_HOOK_PRIORITY);

	if (fd == -EBUSY && either)
		fd = ward_hook_attach(program_fd, family, WARD_HOOK_PRIORITY + 1);
	return fd;
}

/* Nobody is at the other priority either. */
static int attach_alone(int program_fd, uint32_t family)
{
	_cleanup_close_ int other = ward_hook_attach(program_fd, family, WARD_HOOK_PRIORITY + 1);

	return other < 0 ? other : attach_at(program_fd, family, false);
}

/* A link of a process that was killed may take the kernel a moment to forget. */
static int attach_patiently(int program_fd, uint32_t family, bool alone)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000};
	int fd = -EBUSY;

	for (int ms = 0; fd == -EBUSY && ms < PATIENCE_MS; ms += PAUSE_MS) {
		if (ms)
			nanosleep(&pause, NULL);
		fd = alone ? attach_alone(program_fd, family) : attach_at(program_fd, family, true);
	}
	return fd;
}

static int link_make(const struct ward_pins *pins, const struct ward_generation *generation, int i,
		     bool alone)
{
	_cleanup_close_ int fd = attach_patiently(generation->program.fd, links[i].family, alone);

	return fd < 0 ? fd : ward_pin_put(pins, generation->number, links[i].name, fd);
}

/* The pin goes first: one without a link behind it would look like enforcement.  Taking the pin
 * away lets the link go too, but some time later. */
static void link_remove(const struct ward_pins *pins, uint32_t number, int i)
{
	_cleanup_close_ int fd = ward_pin_get(pins, number, links[i].name);

	ward_pin_remove(pins, number, links[i].name);
	if (fd >= 0)
		ward_hook_detach(fd);
}

int ward_generation_attach(const struct ward_pins *pins, const struct ward_generation *generation,
			   uint32_t before, char **ret_why)
{
	int r = 0;

	for (int i = 0; r == 0 && i < N_LINKS; i++)
		r = link_make(pins, generation, i, before == 0);
	if (r == 0)
		return 0;
	for (int i = 0; i < N_LINKS; i++)
		link_remove(pins, generation->number, i);
	if (r == -EBUSY)
		*ret_why = ward_format("another BPF program is at netfilter PREROUTING, priority "
				       "%d or %d, in this network namespace; is another Ward "
				       "enforcing here?",
				       WARD_HOOK_PRIORITY, WARD_HOOK_PRIORITY + 1);
	else
		*ret_why = ward_format("cannot attach at netfilter PREROUTING: %s", strerror(-r));
	return r;
}

/* 1, 0, or a negative errno: what cannot be looked at may be in force. */
static int is_complete(const struct ward_pins *pins, uint32_t number)
{
	for (int i = 0; i < N_LINKS; i++) {
		_cleanup_close_ int fd = ward_pin_get(pins, number, links[i].name);

		if (fd < 0)
			return fd == -ENOENT ? 0 : fd;
	}
	return 1;
}

struct search {
	const struct ward_pins *pins;
	uint32_t found;
	int error;
};

static void search_look(void *userdata, uint32_t number)
{
	struct search *search = userdata;
	int r = number > search->found ? is_complete(search->pins, number) : 0;

	if (r < 0)
		search->error = r;
	else if (r > 0)
		search->found = number;
}

int ward_generation_find(const struct ward_pins *pins, uint32_t *ret_number)
{
	struct search search = {.pins = pins};
	int r = ward_pins_each(pins, search_look, &search);

	*ret_number = search.found;
	return r < 0 ? r : search.error;
}

int ward_generation_is_here(void)
{
	int r = 1;

	for (int i = 0; r > 0 && i < N_LINKS; i++)
		r = ward_hook_is_taken(links[i].family);
	return r;
}

static void empty(const struct ward_pins *pins, uint32_t number)
{
	for (int i = 0; i < N_LINKS; i++)
		link_remove(pins, number, i);
	ward_pin_remove(pins, number, "image");
}

void ward_generation_remove(const struct ward_pins *pins, uint32_t number)
{
	empty(pins, number);
	ward_pins_end(pins, number);
}

struct purge {
	const struct ward_pins *pins;
	uint32_t one, other; /* that stay */
};

static void purge_one(void *userdata, uint32_t number)
{
	struct purge *purge = userdata;

	if (number != purge->one && number != purge->other)
		ward_generation_remove(purge->pins, number);
}

static void remove_but(const struct ward_pins *pins, uint32_t one, uint32_t other)
{
	struct purge purge = {pins, one, other};

	ward_pins_each(pins, purge_one, &purge);
}

void ward_generations_remove(const struct ward_pins *pins)
{
	remove_but(pins, 0, 0);
}

/* The newest folder goes last, when there is a newer one: so no number comes twice.  And first goes
 * what there is, then comes more: so they do not become many, however often this is killed. */
int ward_generations_adopt(const struct ward_pins *pins, uint32_t *ret_in_force,
			   uint32_t *ret_number)
{
	uint32_t in_force, newest;
	int r = ward_generation_find(pins, &in_force);

	if (r == 0)
		r = ward_pins_newest(pins, &newest);
	if (r < 0)
		return r;
	remove_but(pins, in_force, newest);
	if (newest != in_force)
		empty(pins, newest);
	r = ward_pins_begin(pins, ret_number);
	if (newest != in_force)
		ward_pins_end(pins, newest);
	*ret_in_force = in_force;
	return r;
}

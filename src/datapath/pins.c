// SPDX-License-Identifier: Apache-2.0
/* What a node's kernel keeps when its process ends: a folder in the BPF file system. */
#include "datapath/pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/alloc.h"
#include "datapath/pin-folder.h"

/* By number: the headers of Debian 12 and of older Ubuntus do not agree on who declares them. */
static int private_open(struct ward_pins *pins, char **ret_why)
{
	_cleanup_close_ int system = syscall(SYS_fsopen, "bpf", FSOPEN_CLOEXEC);

	if (system >= 0 && syscall(SYS_fsconfig, system, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		pins->mount = syscall(SYS_fsmount, system, FSMOUNT_CLOEXEC, 0);
	if (pins->mount >= 0)
		pins->folder = openat(pins->mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (pins->folder < 0) {
		int r = -errno;

		*ret_why = ward_format("cannot make a BPF file system: %s", strerror(-r));
		return r;
	}
	return 0;
}

int ward_pins_open(struct ward_pins *pins, const char *path, char **ret_why)
{
	int r;

	*pins = WARD_PINS_NONE;
	if (!path) {
		r = private_open(pins, ret_why);
		if (r < 0)
			ward_pins_close(pins);
		return r;
	}
	r = ward_pin_folder_open(path, ret_why);
	if (r < 0)
		return r;
	pins->folder = r;
	return 0;
}

void ward_pins_close(struct ward_pins *pins)
{
	ward_cleanup_close(&pins->folder);
	ward_cleanup_close(&pins->mount);
	*pins = WARD_PINS_NONE;
}

bool ward_pins_are_private(const struct ward_pins *pins)
{
	return pins->mount >= 0;
}

/* Below the folder. */
static void relative_path(uint32_t generation, const char *name, char *buf, size_t size)
{
	if (generation == WARD_PINS_SHARED)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "%u/%s", generation, name);
}

const char *ward_pin_path(const struct ward_pins *pins, uint32_t generation, const char *name,
			  char buf[static WARD_PIN_PATH])
{
	int used = snprintf(buf, WARD_PIN_PATH, "/proc/self/fd/%d/", pins->folder);

	relative_path(generation, name, buf + used, WARD_PIN_PATH - used);
	return buf;
}

int ward_pin_put(const struct ward_pins *pins, uint32_t generation, const char *name, int fd)
{
	char path[WARD_PIN_PATH];

	return bpf_obj_pin(fd, ward_pin_path(pins, generation, name, path)) < 0 ? -errno : 0;
}

int ward_pin_get(const struct ward_pins *pins, uint32_t generation, const char *name)
{
	char path[WARD_PIN_PATH];
	int fd = bpf_obj_get(ward_pin_path(pins, generation, name, path));

	return fd < 0 ? -errno : fd;
}

int ward_pin_remove(const struct ward_pins *pins, uint32_t generation, const char *name)
{
	char path[WARD_PIN_PATH];

	relative_path(generation, name, path, sizeof(path));
	return unlinkat(pins->folder, path, 0) < 0 ? -errno : 0;
}

/* 0 if it is not the name of one. */
static uint32_t generation_of(const char *name)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	return *name >= '1' && *name <= '9' && !*end && number <= UINT32_MAX ? number : 0;
}

/* Of maps that are shared it is a word and a number, which may be another Ward's. */
bool ward_pins_are_named(const char *name)
{
	const char *number = strchr(name, '-');

	return generation_of(name) || (number && generation_of(number + 1));
}

struct newest {
	uint32_t number;
};

static void newest_note(void *userdata, uint32_t generation)
{
	struct newest *newest = userdata;

	if (generation > newest->number)
		newest->number = generation;
}

int ward_pins_newest(const struct ward_pins *pins, uint32_t *ret_generation)
{
	struct newest newest = {};
	int r = ward_pins_each(pins, newest_note, &newest);

	*ret_generation = newest.number;
	return r;
}

int ward_pins_begin(const struct ward_pins *pins, uint32_t *ret_generation)
{
	char path[WARD_PIN_PATH];
	uint32_t newest;
	int r = ward_pins_newest(pins, &newest);

	if (r < 0 || newest == UINT32_MAX)
		return r < 0 ? r : -EOVERFLOW;
	snprintf(path, sizeof(path), "%u", newest + 1);
	if (mkdirat(pins->folder, path, 0700) < 0)
		return -errno;
	*ret_generation = newest + 1;
	return 0;
}

void ward_pins_end(const struct ward_pins *pins, uint32_t generation)
{
	char path[WARD_PIN_PATH];

	snprintf(path, sizeof(path), "%u", generation);
	unlinkat(pins->folder, path, AT_REMOVEDIR);
}

/* A stream of its own: closing it does not close the folder. */
static DIR *folder_list(const struct ward_pins *pins)
{
	int fd = openat(pins->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

int ward_pins_each(const struct ward_pins *pins, ward_pin_fn fn, void *userdata)
{
	DIR *dir = folder_list(pins);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (generation_of(entry->d_name))
			fn(userdata, generation_of(entry->d_name));
	closedir(dir);
	return 0;
}

void ward_pins_clear(const struct ward_pins *pins, bool (*stays)(const char *name))
{
	DIR *dir = folder_list(pins);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (*entry->d_name != '.' && !(stays && stays(entry->d_name)))
			unlinkat(pins->folder, entry->d_name, 0);
	if (dir)
		closedir(dir);
}

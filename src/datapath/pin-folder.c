// SPDX-License-Identifier: Apache-2.0
/* Whoever can write to the folder can end the enforcement, and what is in it is taken away when it
 * ends: so it has to be ours, and of nothing else. */
#include "datapath/pin-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "datapath/pins.h"

static bool is_bpffs(int folder)
{
	struct statfs system;

	return fstatfs(folder, &system) == 0 && (unsigned long)system.f_type == BPF_FS_MAGIC;
}

/* Enters a folder below @at, and makes it if it is in the BPF file system. */
static int step(int at, const char *name)
{
	int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (next >= 0 || errno != ENOENT)
		return next < 0 ? -errno : next;
	if (!is_bpffs(at))
		return -ENODEV;
	if (mkdirat(at, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	next = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return next < 0 ? -errno : next;
}

static int walk(const char *path)
{
	_cleanup_free_ char *steps = ward_strdup(path);
	_cleanup_close_ int at = open(*path == '/' ? "/" : ".", O_PATH | O_CLOEXEC);
	char *rest = steps, *name;

	if (at < 0)
		return -errno;
	while ((name = strsep(&rest, "/"))) {
		int next = *name ? step(at, name) : 0;

		if (next < 0)
			return next;
		if (*name) {
			close(at);
			at = next;
		}
	}
	return TAKE_FD(at);
}

static char *why_not(const char *path, int error)
{
	switch (error) {
	case -ENODEV:
		return ward_format("%s is not in a BPF file system, where enforcement is kept when "
				   "its process ends: mount one (mount -t bpf bpf /sys/fs/bpf) and "
				   "name a folder in it",
				   path);
	case -EBUSY:
		return ward_format("another process enforces with what is pinned in %s", path);
	case -EROFS:
		return ward_format("%s cannot be written to: its BPF file system is mounted "
				   "read-only (mount -o remount,rw)",
				   path);
	case -EPERM:
		return ward_format("cannot open %s: %s (in a BPF file system no name has a dot)",
				   path, strerror(-error));
	default:
		return ward_format("cannot open %s: %s", path, strerror(-error));
	}
}

/* Nobody else can change what is in it. */
static int owner_check(int folder, const char *path, char **ret_why)
{
	struct stat status;

	if (fstat(folder, &status) < 0) {
		int r = -errno;

		*ret_why = why_not(path, r);
		return r;
	}
	if (status.st_uid == geteuid() && !(status.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	*ret_why =
		ward_format("others could end the enforcement that is kept in %s: it belongs to "
			    "user %u with mode %03o and has to be ours with 700; take it away, or "
			    "name another",
			    path, status.st_uid, status.st_mode & 0777);
	return -EACCES;
}

/* The first thing in it that is no pin of ours, or NULL. */
static char *stranger_find(DIR *dir)
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (*entry->d_name != '.' && !ward_pins_are_named(entry->d_name))
			return ward_strdup(entry->d_name);
	return NULL;
}

static int content_check(int folder, const char *path, char **ret_why)
{
	_cleanup_close_ int list = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = list < 0 ? NULL : fdopendir(list);
	_cleanup_free_ char *stranger = NULL;

	if (!dir) {
		int r = -errno;

		*ret_why = why_not(path, r);
		return r;
	}
	list = -1; /* the stream's */
	stranger = stranger_find(dir);
	closedir(dir);
	if (!stranger)
		return 0;
	*ret_why = ward_format("%s is not for Ward alone: it holds %s; name a folder of its own, "
			       "such as %s/ward",
			       path, stranger, path);
	return -EEXIST;
}

int ward_pin_folder_open(const char *path, char **ret_why)
{
	_cleanup_close_ int folder = walk(path);
	int r = folder < 0 ? folder : 0;

	if (r == 0 && !is_bpffs(folder))
		r = -ENODEV;
	if (r == 0 && faccessat(folder, ".", W_OK, AT_EACCESS) < 0)
		r = -errno;
	if (r == 0 && flock(folder, LOCK_EX | LOCK_NB) < 0)
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (r < 0)
		*ret_why = why_not(path, r);
	if (r == 0)
		r = owner_check(folder, path, ret_why);
	if (r == 0)
		r = content_check(folder, path, ret_why);
	return r < 0 ? r : TAKE_FD(folder);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "lab/lab.h"

#define ROOT "/run/ward"
#define LABS ROOT "/lab"

enum {
	NAME_MAX_LEN = 32,
	PATIENCE = 200, /* times 5 ms */
	BACKLOG = 64,
};

bool lab_name_is_valid(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len && len <= NAME_MAX_LEN && !name[len] && name[0] != '-';
}

char *lab_option(const char *name)
{
	return strcmp(name, WARD_LAB_DEFAULT) == 0 ? ward_strdup("")
						   : ward_format(" --lab %s", name);
}

static int name_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void lab_names_find(struct lab_names *names)
{
	DIR *dir = opendir(LABS);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (lab_name_is_valid(entry->d_name))
			ward_vec_push(&names->list, ward_strdup(entry->d_name));
	if (names->list.n)
		qsort(names->list.items, names->list.n, sizeof(*names->list.items), name_cmp);
	if (dir)
		closedir(dir);
}

void lab_names_done(struct lab_names *names)
{
	for (uint32_t i = 0; i < names->list.n; i++)
		free(names->list.items[i]);
	ward_vec_done(&names->list);
}

void lab_folder_init(struct lab_folder *folder, const char *name)
{
	folder->path = ward_format(LABS "/%s", name);
	folder->socket = ward_format("%s/socket", folder->path);
	folder->lock = ward_format("%s/lock", folder->path);
	folder->log = ward_format("%s/log", folder->path);
}

void lab_folder_done(struct lab_folder *folder)
{
	free(folder->path);
	free(folder->socket);
	free(folder->lock);
	free(folder->log);
}

static int folder_make(const char *path)
{
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* Is the locked file still the one in the folder?  Whoever cleared the folder away while we waited
 * removed ours. */
static bool is_current(int fd, const char *path)
{
	struct stat ours, theirs;

	return fstat(fd, &ours) == 0 && stat(path, &theirs) == 0 && ours.st_ino == theirs.st_ino &&
	       ours.st_dev == theirs.st_dev;
}

static int lock_try(const struct lab_folder *folder)
{
	_cleanup_close_ int fd = open(folder->lock, O_RDWR | O_CLOEXEC | O_CREAT, 0600);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return is_current(fd, folder->lock) ? TAKE_FD(fd) : -ESTALE;
}

static bool is_listening(const struct lab_folder *folder)
{
	_cleanup_close_ int fd = lab_folder_connect(folder);

	return fd >= 0;
}

/* The holder may be a lab that nobody talks to yet, or one whose last threads are just dying. */
static int lock_wait(const struct lab_folder *folder)
{
	int r = lock_try(folder);

	for (int i = 0; r == -EWOULDBLOCK && i < PATIENCE && !is_listening(folder); i++) {
		usleep(5000);
		r = lock_try(folder);
	}
	return r;
}

int lab_folder_lock(const struct lab_folder *folder)
{
	for (int i = 0; i < PATIENCE; i++) {
		int r = folder_make(ROOT);

		if (r == 0)
			r = folder_make(LABS);
		if (r == 0)
			r = folder_make(folder->path);
		if (r == 0)
			r = lock_wait(folder);
		/* the folder may be cleared away between any two of these steps */
		if (r >= 0 || (r != -ENOENT && r != -ESTALE))
			return r;
	}
	return -EWOULDBLOCK;
}

int lab_folder_lock_existing(const struct lab_folder *folder)
{
	int r = lock_wait(folder);

	return r == -ESTALE ? -ENOENT : r;
}

void lab_folder_remove(const struct lab_folder *folder)
{
	unlink(folder->socket);
	unlink(folder->log);
	unlink(folder->lock);
	rmdir(folder->path);
	rmdir(LABS); /* when it was the last */
	rmdir(ROOT);
}

static struct sockaddr_un address_of(const struct lab_folder *folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", folder->socket);
	return address;
}

int lab_folder_listen(const struct lab_folder *folder)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = address_of(folder);

	unlink(folder->socket);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(folder->socket, 0600) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int lab_folder_connect(const struct lab_folder *folder)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = address_of(folder);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

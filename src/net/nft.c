/* SPDX-License-Identifier: Apache-2.0 */
#include "net/nft.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"

extern char **environ;

static int tool_run(int input, int output)
{
	char *const argv[] = {"nft", "-f", "-", NULL};
	posix_spawn_file_actions_t files;
	int r, status = 0;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, input, 0);
	posix_spawn_file_actions_adddup2(&files, output, 1);
	posix_spawn_file_actions_adddup2(&files, output, 2);
	r = -posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (r < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status ? -EINVAL : 0;
}

int ward_nft_run(const char *rules, char **ret_why)
{
	_cleanup_close_ int input = memfd_create("rules", MFD_CLOEXEC);
	_cleanup_close_ int output = memfd_create("answer", MFD_CLOEXEC);
	char said[512] = "";
	ssize_t n = strlen(rules);
	int r;

	if (input < 0 || output < 0 || pwrite(input, rules, n, 0) != n)
		return -errno;
	r = tool_run(input, output);
	if (r == -ENOENT)
		*ret_why = ward_strdup("there is no nft on the path: install nftables");
	else if (r < 0 && pread(output, said, sizeof(said) - 1, 0) >= 0)
		*ret_why =
			ward_format("nft refuses its rules: %.*s", (int)strcspn(said, "\n"), said);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tool.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"

extern char **environ;

/* The folders of administrators' programs are not on everybody's path.  The caller frees. */
static char *program_find(const char *name)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *folders = ward_format("%s:/usr/sbin:/sbin", path ? path : "/usr/bin");
	char *rest = folders;

	for (char *folder = strsep(&rest, ":"); folder; folder = strsep(&rest, ":")) {
		char *program = ward_format("%s/%s", folder, name);

		if (*folder && access(program, X_OK) == 0)
			return program;
		free(program);
	}
	return NULL;
}

/* A file in memory that holds @text. */
static int memory_open(const char *text)
{
	ssize_t size = strlen(text);
	int fd = memfd_create("ward-tool", MFD_CLOEXEC);

	if (fd >= 0 && pwrite(fd, text, size, 0) != size) {
		close(fd);
		return -ENOSPC;
	}
	return fd < 0 ? -errno : fd;
}

static int spawn(struct ward_tool *tool, const char *program, const char *const *argv, int input)
{
	posix_spawn_file_actions_t files;
	int r;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, input, 0);
	posix_spawn_file_actions_adddup2(&files, tool->output, 1);
	posix_spawn_file_actions_adddup2(&files, tool->output, 2);
	r = -posix_spawn(&tool->pid, program, &files, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&files);
	return r;
}

int ward_tool_start(struct ward_tool *tool, const char *const *argv, const char *input,
		    char **ret_why)
{
	_cleanup_free_ char *program = program_find(argv[0]);
	_cleanup_close_ int reading = -1;
	int r;

	*tool = (struct ward_tool){.name = argv[0], .output = -1};
	if (!program) {
		*ret_why = ward_format("%s is not installed: neither PATH nor /usr/sbin has it",
				       argv[0]);
		return -ENOENT;
	}
	reading = memory_open(input);
	tool->output = memory_open("");
	if (reading < 0 || tool->output < 0)
		r = reading < 0 ? reading : tool->output;
	else
		r = spawn(tool, program, argv, reading);
	if (r < 0)
		ward_cleanup_close(&tool->output);
	return r;
}

int ward_tool_end(struct ward_tool *tool, char **ret_why)
{
	_cleanup_close_ int output = TAKE_FD(tool->output);
	char said[512] = "";
	int status;

	while (waitpid(tool->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (pread(output, said, sizeof(said) - 1, 0) >= 0)
		*ret_why = ward_format("%s refuses its rules: %.*s", tool->name,
				       (int)strcspn(said, "\n"), said);
	return -EINVAL;
}

int ward_tool_run(const char *const *argv, const char *input, char **ret_why)
{
	struct ward_tool tool;
	int r = ward_tool_start(&tool, argv, input, ret_why);

	return r < 0 ? r : ward_tool_end(&tool, ret_why);
}

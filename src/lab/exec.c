/* SPDX-License-Identifier: Apache-2.0 */
/* exec: the command's own process moves into the pod's network namespace.  It gets a mount
 * namespace, so that /sys shows the pod's interfaces and /etc/hosts has the names of Services, and
 * the pod's host name.  It ends when the lab does, in whatever way: a watcher sees to that, so that
 * nothing is left in a network that is gone. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "lab/client.h"

/* All descriptors but two: what waits for the end of a pipe must not wait for the watcher. */
static void close_others(int a, int b)
{
	unsigned int low = a < b ? a : b, high = a < b ? b : a;

	if (low > 0)
		close_range(0, low - 1, 0);
	if (high - low > 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

static void watch(int lab, int command)
{
	struct pollfd ends[] = {{.fd = lab, .events = POLLIN}, {.fd = command, .events = POLLIN}};
	int n;

	close_others(lab, command);
	do
		n = poll(ends, WARD_ARRAY_SIZE(ends), -1);
	while (n < 0 && errno == EINTR);
	if (n > 0 && !ends[1].revents)
		syscall(SYS_pidfd_send_signal, command, SIGKILL, NULL, 0);
}

/* The watcher is no child of the command, which may wait for its own, and in no session with it. */
static int watcher_start(pid_t lab_pid)
{
	_cleanup_close_ int lab = lab_pidfd_open(lab_pid);
	_cleanup_close_ int command = lab_pidfd_open(getpid());
	pid_t pid;

	if (lab < 0 || command < 0)
		return lab < 0 ? lab : command;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		setsid();
		if (chdir("/") == 0 && fork() == 0)
			watch(lab, command);
		_exit(0);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

/* The answer's first line is the pod's id, whose name is the host name; what comes behind is what
 * it has for /etc/hosts, @ret_hosts. */
static int pod_ask(const struct ward_lab *lab, const char *pod, pid_t *ret_lab_pid, char **ret_id,
		   const char **ret_hosts, char **ret_why)
{
	struct ward_lab_output output = {};
	_cleanup_free_ char *id = NULL;
	struct lab_call call;
	char *rest;
	size_t size;
	int r;

	output.out = open_memstream(&id, &size);
	r = lab_call_begin(&call, lab, "exec", &output, ret_why);
	if (r == 0) {
		ward_json_str(&call.json, "pod", pod);
		r = lab_call_end(&call, -1);
	}
	fclose(output.out);
	if (r == 0 && call.received < 0) {
		*ret_why = ward_strdup("the lab did not hand over the pod's network");
		r = -EPROTO;
	}
	if (r)
		return r;
	rest = strchr(id, '\n');
	if (rest)
		*rest++ = '\0';
	*ret_hosts = rest ? rest : "";
	*ret_id = TAKE_PTR(id);
	*ret_lab_pid = call.pid;
	return call.received;
}

/* Where /sys is going to be, a file with this text is made and laid over /etc/hosts; a machine that
 * has no such file does without. */
static int hosts_lay(const char *text)
{
	_cleanup_file_ FILE *file = NULL;
	bool is_written;

	if (access("/etc/hosts", F_OK) < 0)
		return 0;
	if (mount("ward", "/sys", "tmpfs", 0, "mode=755") < 0)
		return -errno;
	file = fopen("/sys/hosts", "we");
	is_written = file && fputs(text, file) >= 0 && fflush(file) == 0 &&
		     fchmod(fileno(file), 0644) == 0;
	if (!is_written || mount("/sys/hosts", "/etc/hosts", NULL, MS_BIND, NULL) < 0)
		return -errno;
	return umount2("/sys", MNT_DETACH) < 0 ? -errno : 0;
}

static int pod_enter(int ns, const char *id, const char *hosts)
{
	const char *slash = strchr(id, '/');
	const char *name = slash ? slash + 1 : id;
	int r;

	if (setns(ns, CLONE_NEWNET) < 0 || unshare(CLONE_NEWNS | CLONE_NEWUTS) < 0 ||
	    mount("", "/", "none", MS_SLAVE | MS_REC, NULL) < 0 ||
	    sethostname(name, strnlen(name, 64)) < 0)
		return -errno;
	umount2("/sys", MNT_DETACH);
	r = hosts_lay(hosts);
	if (r < 0)
		return r;
	if (mount("ward", "/sys", "sysfs", 0, NULL) < 0)
		return -errno;
	return 0;
}

int ward_lab_exec(const struct ward_lab *lab, const char *pod, char *const *argv, char **ret_why)
{
	_cleanup_free_ char *id = NULL;
	const char *hosts = NULL;
	pid_t lab_pid = 0;
	_cleanup_close_ int ns = pod_ask(lab, pod, &lab_pid, &id, &hosts, ret_why);
	int r;

	if (ns < 0)
		return ns;
	r = watcher_start(lab_pid);
	if (r == 0)
		r = pod_enter(ns, id, hosts);
	if (r < 0) {
		*ret_why = ward_format("cannot enter the network of %s: %s", id, strerror(-r));
		return r;
	}
	execvp(argv[0], argv);
	r = -errno;
	*ret_why = ward_format("cannot run %s: %s", argv[0], strerror(-r));
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* up and down: the life of the lab's process.
 *
 * It is forked from `ward lab up` with the input already read.  Its first step takes it out of the
 * machine's network into a namespace that will be the fabric.  It tells its maker through a pipe
 * how far it is; if the maker is gone before the lab stands, the lab goes too. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "lab/client.h"
#include "lab/control.h"
#include "lab/folder.h"
#include "lab/flows.h"
#include "lab/print.h"
#include "lab/wire.h"
#include "net/netns.h"

enum {
	DOWN_PATIENCE_MS = 10000, /* before it is killed */
	SETTLE_MS = 10000,
	PROGRESS_AFTER_MS = 1000,
};

/* What the process is given. */
struct birth {
	const struct ward_lab_config *config;
	const struct ward_snapshot *snapshot;
	const char *name;
	struct lab_folder folder;
	int lock, pipe;
};

/* Keeps the two descriptors it needs, and nothing of what its maker had open: whoever waits for the
 * maker's output to end must not wait for the lab. */
static int descriptors_tidy(struct birth *birth)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = open(birth->folder.log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int lock = fcntl(birth->lock, F_DUPFD_CLOEXEC, 10);
	int pipe = fcntl(birth->pipe, F_DUPFD_CLOEXEC, 10);

	if (null < 0 || log < 0 || lock < 0 || pipe < 0)
		return -errno;
	dup2(null, 0);
	dup2(log, 1);
	dup2(log, 2);
	if (dup3(lock, 3, O_CLOEXEC) < 0 || dup3(pipe, 4, O_CLOEXEC) < 0)
		return -errno;
	birth->lock = 3;
	birth->pipe = 4;
	return syscall(SYS_close_range, 5, ~0U, 0) < 0 ? -errno : 0;
}

/* Pods by the hundred are files by the thousand. */
static void limits_raise(void)
{
	struct rlimit files = {.rlim_cur = 1 << 18, .rlim_max = 1 << 18};

	if (setrlimit(RLIMIT_NOFILE, &files) == 0)
		return;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

static int process_settle(struct birth *birth)
{
	int r;

	setsid();
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_NAME, "ward-lab");
	r = descriptors_tidy(birth);
	if (r == 0 && (unshare(CLONE_NEWNET) < 0 || chdir("/") < 0))
		r = -errno;
	limits_raise();
	return r;
}

static void signal_take(uv_signal_t *handle, int number)
{
	uv_stop(handle->loop);
}

static int lab_start(struct lab *lab, struct birth *birth, char **ret_why)
{
	int listening, r;

	r = uv_loop_init(&lab->loop);
	if (r == 0)
		r = uv_sem_init(&lab->settled, 0);
	if (r == 0)
		r = lab_serving_open(lab);
	if (r == 0)
		r = lab_open(lab, birth->snapshot, birth->config->n_nodes, ret_why);
	if (r == 0)
		r = lab_flows_open(lab);
	if (r < 0)
		return r;
	listening = lab_folder_listen(&birth->folder);
	return listening < 0 ? listening : lab_control_open(lab, listening);
}

static uint32_t servers_count(const struct lab *lab)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < lab->pods.n; i++)
		n += lab->pods.items[i]->servers.n;
	return n - lab_count_skipped(lab);
}

/* "+" and a summary, or "-ERRNO WHY"; false when nobody listens. */
static bool outcome_tell(const struct birth *birth, const struct lab *lab, int r, const char *why)
{
	FILE *out = fdopen(birth->pipe, "w");
	struct ward_text text = {.out = out};
	uint32_t n_servers = servers_count(lab);

	if (r < 0) {
		fprintf(out, "-%d %s", -r, why ? why : "");
	} else {
		fprintf(out, "+lab %s is up: %u node%s, %u pod%s, %u port%s answering%s\n",
			lab->name, lab->n_nodes, lab_plural(lab->n_nodes), lab->pods.n,
			lab_plural(lab->pods.n), n_servers, lab_plural(n_servers),
			lab->enforce ? "" : ", nothing enforced");
		if (!lab->pods.n)
			fputs("nobody is in it: the input has no pod and no workload\n", out);
		lab_print_skipped(lab, &text);
	}
	return fclose(out) == 0;
}

static void process_run(struct birth *birth)
{
	struct lab lab = {.name = ward_strdup(birth->name),
			  .enforce = !birth->config->no_enforce,
			  .proxy = birth->config->proxy,
			  .network = birth->config->network,
			  .room = lab_bridge_room()};
	uv_signal_t term;
	char *why = NULL;
	int r = process_settle(birth);

	if (r == 0)
		r = lab_start(&lab, birth, &why);
	if (outcome_tell(birth, &lab, r, why) && r == 0) {
		uv_signal_init(&lab.loop, &term);
		uv_signal_start(&term, signal_take, SIGTERM);
		uv_run(&lab.loop, UV_RUN_DEFAULT);
	}
	lab_folder_remove(&birth->folder);
	_exit(0); /* everything else goes with the process, as it would at any moment */
}

static int outcome_read(const char *name, int fd, const struct ward_lab_output *output,
			char **ret_why)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	char buf[4096];
	size_t len = 0;
	ssize_t n;

	if (output->progress && poll(&pfd, 1, PROGRESS_AFTER_MS) == 0)
		fprintf(output->progress, "making lab %s …\n", name);
	do {
		n = read(fd, buf + len, sizeof(buf) - 1 - len);
		len += n > 0 ? n : 0;
	} while ((n > 0 && len < sizeof(buf) - 1) || (n < 0 && errno == EINTR));
	buf[len] = '\0';
	if (buf[0] == '+') {
		if (output->format == WARD_LAB_TABLE)
			fputs(buf + 1, output->out);
		return 0;
	}
	if (buf[0] == '-') {
		char *why;
		int r = -(int)strtol(buf + 1, &why, 10);

		*ret_why = why[0] && why[1]
				   ? ward_strdup(why + 1)
				   : ward_format("cannot make lab %s: %s", name, strerror(-r));
		return r;
	}
	*ret_why = ward_format("the process of lab %s died while the lab was being made", name);
	return -ECHILD;
}

/* A lab that was killed listens until its last thread is gone, but it answers nothing. */
static bool lab_answers(const struct ward_lab *lab)
{
	_cleanup_free_ char *why = NULL;
	struct lab_call call;

	return lab_call_begin(&call, lab, "status", NULL, &why) == 0 &&
	       lab_call_end(&call, -1) >= 0;
}

static int lock_take(const struct birth *birth)
{
	const struct ward_lab lab = {.name = birth->name};
	int lock = lab_folder_lock(&birth->folder);

	if (lock == -EWOULDBLOCK && !lab_answers(&lab))
		lock = lab_folder_lock(&birth->folder);
	return lock;
}

/* Is it possible here, and is the name free?  Leaves the lock in @birth. */
static int up_check(struct birth *birth, char **ret_why)
{
	_cleanup_free_ char *option = lab_option(birth->name);

	if (!lab_name_is_valid(birth->name)) {
		*ret_why = ward_format("%s is no name for a lab: it has at most 32 of a-z, 0-9 "
				       "and '-'",
				       birth->name);
		return -EINVAL;
	}
	if (geteuid() != 0) {
		*ret_why = ward_strdup("a lab is made of network namespaces, which takes root: run "
				       "this with sudo");
		return -EPERM;
	}
	birth->lock = lock_take(birth);
	if (birth->lock == -EWOULDBLOCK)
		*ret_why = ward_format("there is a lab %s already: `ward lab down%s` ends it, "
				       "--lab with another name makes one beside it",
				       birth->name, option);
	else if (birth->lock < 0)
		*ret_why = ward_format("cannot make %s: %s", birth->folder.path,
				       strerror(-birth->lock));
	return birth->lock < 0 ? birth->lock : 0;
}

static int up_fork(struct birth *birth, const struct ward_lab_output *output, char **ret_why)
{
	_cleanup_close_ int reading = -1;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	reading = ends[0];
	birth->pipe = ends[1];
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		process_run(birth);
	close(birth->pipe);
	close(birth->lock);
	if (pid < 0) {
		lab_folder_remove(&birth->folder);
		return -errno;
	}
	return outcome_read(birth->name, reading, output, ret_why);
}

int ward_lab_up(const struct ward_lab *lab, const struct ward_lab_config *config,
		const struct ward_snapshot *snapshot, const struct ward_lab_output *output,
		char **ret_why)
{
	struct birth birth = {.config = config, .snapshot = snapshot, .name = lab->name};
	int r;

	if (!config->no_enforce && geteuid() == 0) {
		_cleanup_free_ char *why = NULL;

		r = ward_datapath_probe(&why);
		if (r < 0) {
			*ret_why = ward_format("%s; --no-enforce makes a lab in which nothing is "
					       "judged",
					       why);
			return r;
		}
	}
	lab_folder_init(&birth.folder, lab->name);
	r = up_check(&birth, ret_why);
	if (r == 0)
		r = up_fork(&birth, output, ret_why);
	lab_folder_done(&birth.folder);
	if (r == 0 && output->format == WARD_LAB_JSON)
		return ward_lab_status(lab, output, ret_why);
	return r;
}

/* Asks it to go, and makes it go when it does not. */
static int process_end(struct lab_call *call)
{
	_cleanup_close_ int pidfd = lab_pidfd_open(call->pid);
	struct pollfd pfd = {.fd = pidfd, .events = POLLIN};
	char **ret_why = call->ret_why;
	struct timeval patience = {.tv_sec = DOWN_PATIENCE_MS / 1000};
	_cleanup_free_ char *why = NULL;

	call->ret_why = &why; /* that it ended before it answered is no failure */
	setsockopt(call->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	lab_call_end(call, -1);
	if (pidfd == -ESRCH)
		return 0;
	if (pidfd < 0)
		return pidfd;
	if (poll(&pfd, 1, DOWN_PATIENCE_MS) > 0)
		return 0;
	syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	if (poll(&pfd, 1, DOWN_PATIENCE_MS) > 0)
		return 0;
	*ret_why = ward_format("the process %d of lab %s does not end", (int)call->pid,
			       call->lab->name);
	return -ETIMEDOUT;
}

/* Whoever has the lock knows that there is no lab. */
static int remains_remove(const struct lab_folder *folder, const char *name, char **ret_why)
{
	_cleanup_close_ int lock = lab_folder_lock_existing(folder);

	if (lock >= 0)
		lab_folder_remove(folder);
	if (lock >= 0 || lock == -ENOENT)
		return 0;
	*ret_why = lock == -EWOULDBLOCK
			   ? ward_format("lab %s is just being made: try again", name)
			   : ward_format("cannot clear %s away: %s", folder->path, strerror(-lock));
	return lock;
}

int ward_lab_down(const struct ward_lab *lab, char **ret_why)
{
	_cleanup_(lab_folder_done) struct lab_folder folder;
	_cleanup_free_ char *why = NULL;
	struct lab_call call;
	int r;

	lab_folder_init(&folder, lab->name);
	r = lab_call_begin(&call, lab, "down", NULL, &why);
	if (r == 0)
		r = process_end(&call);
	else if (geteuid() == 0 && lab_name_is_valid(lab->name) && access(folder.path, F_OK) == 0)
		r = 0; /* the process is gone, its folder is not */
	if (r == 0)
		r = remains_remove(&folder, lab->name, ret_why);
	else if (why)
		*ret_why = TAKE_PTR(why);
	if (r == 0 && ward_netns_settle(SETTLE_MS) == -ETIMEDOUT) {
		*ret_why = ward_format("lab %s is down, but the kernel has not taken its network "
				       "away within %d s",
				       lab->name, SETTLE_MS / 1000);
		r = -ETIMEDOUT;
	}
	return r;
}

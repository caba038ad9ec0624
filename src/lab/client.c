/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "doc/read.h"
#include "lab/folder.h"

/* "there is no lab X", and which there are. */
static char *why_none(const char *name)
{
	_cleanup_(lab_names_done) struct lab_names names = {};
	_cleanup_free_ char *option = lab_option(name), *list = ward_strdup("");

	lab_names_find(&names);
	for (uint32_t i = 0; i < names.list.n; i++) {
		char *longer = ward_format("%s%s%s", list, i ? ", " : "", names.list.items[i]);

		free(list);
		list = longer;
	}
	if (!lab_name_is_valid(name))
		option[0] = '\0';
	return names.list.n ? ward_format("there is no lab %s, but %s: say --lab NAME", name, list)
			    : ward_format("there is no lab %s: `ward lab up -f DIR%s` makes one",
					  name, option);
}

static int connect_failed(const struct lab_folder *folder, const char *name, int error,
			  char **ret_why)
{
	_cleanup_free_ char *option = lab_option(name);
	_cleanup_close_ int lock = -1;

	if (error == -EACCES || error == -EPERM) {
		*ret_why = ward_strdup("a lab belongs to root: run this with sudo");
		return error;
	}
	if (access(folder->path, F_OK) == 0)
		lock = lab_folder_lock_existing(folder);
	if (lock == -EWOULDBLOCK)
		*ret_why = ward_format("lab %s is just being made, or taken down: try again", name);
	else if (lock >= 0)
		*ret_why = ward_format("the process of lab %s has died, and its network with it: "
				       "`ward lab down%s` clears the rest away, `ward lab up "
				       "-f DIR%s` makes it anew",
				       name, option, option);
	else
		*ret_why = why_none(name);
	return error;
}

static int lab_connect(const struct ward_lab *lab, char **ret_why)
{
	_cleanup_(lab_folder_done) struct lab_folder folder;
	int fd;

	lab_folder_init(&folder, lab->name);
	fd = lab_name_is_valid(lab->name) ? lab_folder_connect(&folder) : -ENOENT;
	if (fd < 0 && geteuid() != 0)
		fd = -EACCES;
	return fd < 0 ? connect_failed(&folder, lab->name, fd, ret_why) : fd;
}

int lab_pidfd_open(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

int lab_call_begin(struct lab_call *call, const struct ward_lab *lab, const char *op,
		   const struct ward_lab_output *output, char **ret_why)
{
	struct ucred peer = {};
	socklen_t len = sizeof(peer);

	*call = (struct lab_call){.lab = lab, .received = -1, .ret_why = ret_why};
	call->socket = lab_connect(lab, ret_why);
	if (call->socket < 0)
		return call->socket;
	getsockopt(call->socket, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	call->pid = peer.pid;
	call->request = open_memstream(&call->line, &call->size);
	ward_json_init(&call->json, call->request, true);
	ward_json_map(&call->json, NULL);
	ward_json_str(&call->json, "op", op);
	if (lab->ns)
		ward_json_str(&call->json, "ns", lab->ns);
	if (!output)
		return 0;
	call->out = output->out;
	ward_json_str(&call->json, "format", output->format == WARD_LAB_JSON ? "json" : "table");
	ward_json_bool(&call->json, "color", output->color);
	ward_json_int(&call->json, "width", output->width);
	return 0;
}

static int request_send(struct lab_call *call, int fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct iovec iov = {.iov_base = call->line, .iov_len = call->size};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *cmsg;
	ssize_t n;

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	}
	while (iov.iov_len) {
		n = sendmsg(call->socket, &msg, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		iov.iov_base = (char *)iov.iov_base + n;
		iov.iov_len -= n;
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
	}
	return 0;
}

/* Until the lab has said something; -EPIPE when whoever read our output has gone, which a quiet
 * `observe | head` would otherwise never notice. */
static int answer_wait(struct lab_call *call)
{
	struct pollfd fds[] = {
		{.fd = call->socket, .events = POLLIN},
		{.fd = call->out ? fileno(call->out) : -1},
	};

	while (poll(fds, WARD_ARRAY_SIZE(fds), -1) < 0)
		if (errno != EINTR)
			return -errno;
	call->unread = fds[0].revents == 0 && fds[1].revents & POLLERR;
	return call->unread ? -EPIPE : 0;
}

static ssize_t answer_receive(struct lab_call *call, void *buf, size_t size)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {.iov_base = buf, .iov_len = size};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *cmsg;
	ssize_t n;

	do
		n = recvmsg(call->socket, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	cmsg = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS &&
	    call->received < 0)
		memcpy(&call->received, CMSG_DATA(cmsg), sizeof(int));
	return n < 0 ? -errno : n;
}

static uint32_t number_of(const struct ward_node *map, const char *key)
{
	const struct ward_node *node = ward_node_get(map, key);

	return node && node->type == WARD_NODE_INT ? (uint32_t)node->integer : 0;
}

/* The codes of diagnostics are static texts where they are made; here they live in the symbols. */
static void diag_take(const struct ward_lab_files *files, const struct ward_node *node)
{
	const char *code = ward_node_get_str(node, "code");
	const char *file = ward_node_get_str(node, "file");
	const char *message = ward_node_get_str(node, "message");
	uint32_t severity = number_of(node, "severity");
	struct ward_mark mark = {
		.file = file ? ward_symbol(files->symbols, file) : WARD_NONE,
		.line = number_of(node, "line"),
		.col = number_of(node, "col"),
	};

	ward_diag(files->diags, severity < WARD_N_SEVERITY ? severity : WARD_ERROR,
		  ward_symbol_str(files->symbols, ward_symbol(files->symbols, code ? code : "")),
		  mark, ward_node_get_str(node, "object"), ward_node_get_str(node, "hint"), "%s",
		  message ? message : "");
}

static int line_take(void *userdata, ward_sym file, const struct ward_node *root)
{
	struct lab_call *call = userdata;
	const char *text = ward_node_get_str(root, "text");
	const char *error = ward_node_get_str(root, "error");
	const struct ward_node *diag = ward_node_get(root, "diag");
	const struct ward_node *done = ward_node_get(root, "done");

	if (text && call->out) {
		fputs(text, call->out);
		fflush(call->out);
	}
	if (diag && call->files)
		diag_take(call->files, diag);
	if (error && !call->failure)
		call->failure = ward_strdup(error);
	if (done && done->type == WARD_NODE_INT)
		call->code = (int)done->integer;
	return -ECANCELED;
}

static void line_read(struct lab_call *call, struct ward_symbols *symbols, const char *line,
		      size_t len)
{
	struct ward_diags diags = {};
	struct ward_reader reader = {
		.symbols = symbols, .diags = &diags, .fn = line_take, .userdata = call};

	ward_read_memory(&reader, "answer.json", line, len);
	ward_diags_done(&diags);
}

struct answer {
	WARD_VEC(char) bytes;
	uint32_t begin; /* of the line that is not complete yet */
};

static void lines_read(struct lab_call *call, struct ward_symbols *symbols, struct answer *answer)
{
	for (;;) {
		char *begin = answer->bytes.items + answer->begin;
		char *end = memchr(begin, '\n', answer->bytes.n - answer->begin);

		if (!end)
			break;
		line_read(call, symbols, begin, end - begin);
		answer->begin = end + 1 - answer->bytes.items;
	}
	if (answer->begin)
		memmove(answer->bytes.items, answer->bytes.items + answer->begin,
			answer->bytes.n - answer->begin);
	answer->bytes.n -= answer->begin;
	answer->begin = 0;
}

/* Until the lab closes; or until nobody reads what we write. */
static int answer_read(struct lab_call *call)
{
	enum {
		PIECE = 65536
	};
	struct ward_symbols symbols;
	struct answer answer = {};
	ssize_t n;

	ward_symbols_init(&symbols);
	do {
		ward_vec_reserve(&answer.bytes, answer.bytes.n + PIECE);
		n = answer_wait(call);
		if (n < 0)
			break;
		n = answer_receive(call, answer.bytes.items + answer.bytes.n, PIECE);
		if (n > 0) {
			answer.bytes.n += n;
			lines_read(call, &symbols, &answer);
		}
		call->unread = call->out && ferror(call->out);
	} while (n > 0 && !call->unread);
	ward_vec_done(&answer.bytes);
	ward_symbols_done(&symbols);
	return n < 0 ? (int)n : 0;
}

static void call_done(struct lab_call *call)
{
	close(call->socket);
	free(call->line);
	free(call->failure);
}

int lab_call_end(struct lab_call *call, int fd)
{
	enum {
		NO_ANSWER = -1
	};
	int r;

	ward_json_end_map(&call->json);
	fclose(call->request);
	call->code = NO_ANSWER;
	r = request_send(call, fd);
	if (r == 0)
		r = answer_read(call);
	if (call->failure) {
		*call->ret_why = TAKE_PTR(call->failure);
		r = -EINVAL;
	} else if (call->code >= 0) {
		r = call->code;
	} else if (!call->unread) {
		*call->ret_why =
			ward_format("lab %s ended before it had answered", call->lab->name);
		r = r < 0 ? r : -EPIPE;
	} else {
		r = -EPIPE;
	}
	call_done(call);
	return r;
}

int ward_lab_status(const struct ward_lab *lab, const struct ward_lab_output *output,
		    char **ret_why)
{
	struct lab_call call;
	int r = lab_call_begin(&call, lab, "status", output, ret_why);

	return r < 0 ? r : lab_call_end(&call, -1);
}

int ward_lab_probe(const struct ward_lab *lab, const struct ward_lab_output *output, char **ret_why)
{
	struct lab_call call;
	int r = lab_call_begin(&call, lab, "probe", output, ret_why);

	return r < 0 ? r : lab_call_end(&call, -1);
}

int ward_lab_scan(const struct ward_lab *lab, const char *pod, const struct ward_lab_output *output,
		  char **ret_why)
{
	struct lab_call call;
	int r = lab_call_begin(&call, lab, "scan", output, ret_why);

	if (r < 0)
		return r;
	ward_json_str(&call.json, "pod", pod);
	return lab_call_end(&call, -1);
}

int ward_lab_label(const struct ward_lab *lab, const char *target, const char *const *changes,
		   uint32_t n_changes, const struct ward_lab_output *output, char **ret_why)
{
	struct lab_call call;
	int r = lab_call_begin(&call, lab, "label", output, ret_why);

	if (r < 0)
		return r;
	ward_json_str(&call.json, "target", target);
	ward_json_list(&call.json, "changes");
	for (uint32_t i = 0; i < n_changes; i++)
		ward_json_str(&call.json, NULL, changes[i]);
	ward_json_end_list(&call.json);
	return lab_call_end(&call, -1);
}

int ward_lab_observe(const struct ward_lab *lab, const struct ward_lab_filter *filter,
		     const struct ward_lab_output *output, char **ret_why)
{
	struct lab_call call;
	int r = lab_call_begin(&call, lab, "observe", output, ret_why);

	if (r < 0)
		return r;
	if (filter->verdict)
		ward_json_str(&call.json, "verdict", filter->verdict);
	if (filter->from)
		ward_json_str(&call.json, "from", filter->from);
	if (filter->to)
		ward_json_str(&call.json, "to", filter->to);
	if (filter->group)
		ward_json_str(&call.json, "group", filter->group);
	if (filter->since_us)
		ward_json_int(&call.json, "since", filter->since_us);
	ward_json_int(&call.json, "last", filter->last);
	ward_json_bool(&call.json, "summary", filter->summary);
	ward_json_bool(&call.json, "closed", filter->closed);
	ward_json_bool(&call.json, "counters", filter->counters);
	ward_json_bool(&call.json, "follow", filter->follow);
	r = lab_call_end(&call, -1);
	if (r == -EPIPE && filter->follow && *ret_why) {
		free(*ret_why);
		*ret_why = ward_format("lab %s has ended, and its flows with it", lab->name);
	}
	return r;
}

/* Standard input, in memory: it cannot be read in another process. */
static int stdin_take(const struct ward_lab_files *files)
{
	char buf[65536];
	bool wanted = false;
	int fd;
	ssize_t n;

	for (uint32_t i = 0; i < files->n_paths; i++)
		wanted |= strcmp(files->paths[i], "-") == 0;
	if (!wanted)
		return -1;
	fd = memfd_create("stdin", MFD_CLOEXEC);
	while (fd >= 0 && (n = read(STDIN_FILENO, buf, sizeof(buf))) > 0)
		if (write(fd, buf, n) != n)
			break;
	return fd;
}

static int files_call(const struct ward_lab *lab, const char *op,
		      const struct ward_lab_files *files, const struct ward_lab_output *output,
		      char **ret_why)
{
	_cleanup_free_ char *cwd = getcwd(NULL, 0);
	_cleanup_close_ int fd = -1;
	struct lab_call call;
	int r = lab_call_begin(&call, lab, op, output, ret_why);

	if (r < 0)
		return r;
	call.files = files;
	ward_json_str(&call.json, "cwd", cwd ? cwd : "/");
	ward_json_list(&call.json, "paths");
	for (uint32_t i = 0; i < files->n_paths; i++)
		ward_json_str(&call.json, NULL, files->paths[i]);
	ward_json_end_list(&call.json);
	fd = stdin_take(files);
	return lab_call_end(&call, fd);
}

int ward_lab_apply(const struct ward_lab *lab, const struct ward_lab_files *files,
		   const struct ward_lab_output *output, char **ret_why)
{
	return files_call(lab, "apply", files, output, ret_why);
}

int ward_lab_delete_files(const struct ward_lab *lab, const struct ward_lab_files *files,
			  const struct ward_lab_output *output, char **ret_why)
{
	return files_call(lab, "delete", files, output, ret_why);
}

int ward_lab_delete(const struct ward_lab *lab, const char *kind, const char *name,
		    const struct ward_lab_output *output, char **ret_why)
{
	struct lab_call call;
	int r = lab_call_begin(&call, lab, "delete", output, ret_why);

	if (r < 0)
		return r;
	ward_json_str(&call.json, "kind", kind);
	ward_json_str(&call.json, "name", name);
	return lab_call_end(&call, -1);
}

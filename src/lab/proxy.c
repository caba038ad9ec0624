/* SPDX-License-Identifier: Apache-2.0 */
/* Brings the nodes' kernels up to the model: renders each node's rules, and where they are not
 * those that it follows already, runs the tool that loads them in the node's namespace.  All nodes
 * at the same time. */
#include "lab/proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/netns.h"

/* Rules on their way into one kernel. */
struct load {
	const struct lab_node *node;
	uint32_t family;
	char *rules;
	int input, output; /* of the tool, both in memory */
	pid_t pid;
};

struct loads {
	WARD_VEC(struct load) list;
};

static const struct tool {
	const char *package;
	const char *argv[LAB_FAMILIES][4];
	void (*render)(const struct lab_node *node, uint32_t family, FILE *out);
} tools[] = {
	[WARD_LAB_NFTABLES] = {"nftables",
			       {{"nft", "-f", "-"}, {"nft", "-f", "-"}},
			       lab_proxy_nftables},
	[WARD_LAB_IPTABLES] = {"iptables",
			       {{"iptables-restore"}, {"ip6tables-restore"}},
			       lab_proxy_iptables},
};

const char *lab_proxy_proto(const struct lab_frontend *frontend)
{
	static const char *const names[] = {
		[WARD_TCP] = "tcp",
		[WARD_UDP] = "udp",
		[WARD_SCTP] = "sctp",
	};

	return names[frontend->port->proto];
}

enum lab_lack lab_proxy_lack(const struct lab_frontend *frontend, const struct lab_node *node,
			     bool outside)
{
	const struct ward_service *service = frontend->service->object;

	if (!frontend->backends.n)
		return LAB_LACK_ALL;
	if (!(outside ? service->keeps_source : service->keeps_to_node))
		return LAB_LACK_NOTHING;
	return lab_frontend_count_on(frontend, node) ? LAB_LACK_NOTHING : LAB_LACK_LOCAL;
}

/* They are in sbin, which is not on everybody's path.  The caller frees; NULL: not installed. */
static char *program_find(const char *name)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *folders = ward_format("%s:/usr/sbin:/sbin", path ? path : "/usr/bin");

	for (char *rest = folders, *folder = strsep(&rest, ":"); folder;
	     folder = strsep(&rest, ":")) {
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
	size_t size = strlen(text);
	int fd = memfd_create("ward-proxy", MFD_CLOEXEC);

	if (fd >= 0 && (write(fd, text, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		errno = ENOSPC;
		fd = -1;
	}
	return fd < 0 ? -errno : fd;
}

static int load_spawn(struct load *load, const char *program, const char *const *argv)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(load->node->ns);
	posix_spawn_file_actions_t actions;
	int r;

	if (home < 0)
		return home;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, load->input, 0);
	posix_spawn_file_actions_adddup2(&actions, load->output, 1);
	posix_spawn_file_actions_adddup2(&actions, load->output, 2);
	r = -posix_spawn(&load->pid, program, &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

static int load_begin(struct load *load, const struct tool *tool, char **ret_why)
{
	const char *const *argv = tool->argv[load->family];
	_cleanup_free_ char *program = program_find(argv[0]);
	int r;

	if (!program) {
		*ret_why = ward_format("%s is not installed, and the nodes of a lab translate "
				       "Services with it: install the package %s, or give "
				       "--kube-proxy %s",
				       argv[0], tool->package,
				       tool == &tools[WARD_LAB_IPTABLES] ? "nftables" : "iptables");
		return -ENOENT;
	}
	load->input = memory_open(load->rules);
	load->output = memory_open("");
	r = load->input < 0 ? load->input : load->output < 0 ? load->output : 0;
	return r < 0 ? r : load_spawn(load, program, argv);
}

/* Waits for the tool; what it said is why it failed. */
static int load_end(const struct load *load, const struct tool *tool, char **ret_why)
{
	char said[512];
	ssize_t n;
	int status;

	while (waitpid(load->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	n = pread(load->output, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	*ret_why = ward_format("node %s cannot translate Services, %s failed: %.*s",
			       ward_symbol_str(load->node->lab->symbols, load->node->name),
			       tool->argv[load->family][0], (int)strcspn(said, "\n"), said);
	return -EPROTO;
}

static void load_done(struct load *load)
{
	ward_cleanup_close(&load->input);
	ward_cleanup_close(&load->output);
	free(load->rules);
}

static char *rules_render(const struct lab_node *node, uint32_t family)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	tools[node->lab->proxy].render(node, family, out);
	fclose(out);
	return text;
}

/* The nodes whose rules are others now; until there is a Service none has any. */
static void loads_plan(const struct lab *lab, struct loads *loads)
{
	for (uint32_t i = 0; i < lab->n_nodes * lab->n_families; i++) {
		struct load load = {
			.node = &lab->nodes[i / lab->n_families],
			.family = i % lab->n_families,
			.input = -1,
			.output = -1,
		};
		const char *old = lab->services->rules[load.node->index][load.family];

		if (!old && !lab->services->frontends.n)
			continue;
		load.rules = rules_render(load.node, load.family);
		if (old && strcmp(old, load.rules) == 0)
			free(load.rules);
		else
			ward_vec_push(&loads->list, load);
	}
}

static int load_finish(struct lab *lab, struct load *load, char **ret_why)
{
	char **old = &lab->services->rules[load->node->index][load->family];
	_cleanup_free_ char *why = NULL;
	int r = load->pid > 0 ? load_end(load, &tools[lab->proxy], &why) : 0;

	if (r == 0 && load->pid > 0) {
		free(*old);
		*old = TAKE_PTR(load->rules);
	}
	if (r < 0 && !*ret_why)
		*ret_why = TAKE_PTR(why);
	load_done(load);
	return r;
}

int lab_proxy_follow(struct lab *lab, char **ret_why)
{
	struct loads loads = {};
	int r = 0;

	loads_plan(lab, &loads);
	for (uint32_t i = 0; r == 0 && i < loads.list.n; i++)
		r = load_begin(&loads.list.items[i], &tools[lab->proxy], ret_why);
	for (uint32_t i = 0; i < loads.list.n; i++) {
		int ended = load_finish(lab, &loads.list.items[i], ret_why);

		r = r < 0 ? r : ended;
	}
	ward_vec_done(&loads.list);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Brings the nodes' kernels up to the model: renders each node's rules, and where they are not
 * those that it follows already, runs the tool that loads them in the node's namespace.  All nodes
 * at the same time. */
#include "lab/proxy.h"

#include <errno.h>
#include <string.h>

#include "net/netns.h"
#include "net/tool.h"

/* Rules on their way into one kernel. */
struct load {
	const struct lab_node *node;
	uint32_t family;
	char *rules;
	struct ward_tool tool;
	bool is_running;
};

struct loads {
	WARD_VEC(struct load) list;
};

static const struct mode {
	const char *package;
	const char *argv[LAB_FAMILIES][4];
	void (*render)(const struct lab_node *node, uint32_t family, FILE *out);
} modes[] = {
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

static int load_begin(struct load *load, char **ret_why)
{
	const struct mode *mode = &modes[load->node->lab->proxy];
	_cleanup_(ward_netns_return) int home = ward_netns_visit(load->node->ns);
	_cleanup_free_ char *why = NULL;
	int r = home < 0
			? home
			: ward_tool_start(&load->tool, mode->argv[load->family], load->rules, &why);

	load->is_running = r == 0;
	if (r == -ENOENT)
		*ret_why = ward_format("%s, and with it the nodes of a lab translate Services: "
				       "install the package %s, or make a lab with another "
				       "--kube-proxy",
				       why, mode->package);
	return r;
}

static int load_end(struct load *load, char **ret_why)
{
	_cleanup_free_ char *why = NULL;
	int r = ward_tool_end(&load->tool, &why);

	if (r < 0)
		*ret_why = ward_format("node %s cannot translate Services: %s",
				       ward_symbol_str(load->node->lab->symbols, load->node->name),
				       why ? why : strerror(-r));
	return r;
}

static char *rules_render(const struct lab_node *node, uint32_t family)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	modes[node->lab->proxy].render(node, family, out);
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

/* What has been loaded is what the node follows, and connections that it no longer leads to where
 * they were sent are forgotten. */
static int load_finish(struct lab *lab, struct load *load, char **ret_why)
{
	char **old = &lab->services->rules[load->node->index][load->family];
	_cleanup_free_ char *rules = load->rules, *why = NULL;
	int r = load->is_running ? load_end(load, &why) : 0;

	if (r == 0 && load->is_running) {
		free(*old);
		*old = TAKE_PTR(rules);
		r = lab_proxy_forget(load->node, load->family);
	}
	if (r < 0 && !*ret_why)
		*ret_why = TAKE_PTR(why);
	return r;
}

int lab_proxy_follow(struct lab *lab, char **ret_why)
{
	struct loads loads = {};
	int r = 0;

	loads_plan(lab, &loads);
	for (uint32_t i = 0; r == 0 && i < loads.list.n; i++)
		r = load_begin(&loads.list.items[i], ret_why);
	for (uint32_t i = 0; i < loads.list.n; i++) {
		int ended = load_finish(lab, &loads.list.items[i], ret_why);

		r = r < 0 ? r : ended;
	}
	ward_vec_done(&loads.list);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* `ward lab …`: thin, the work is done in lab/. */
#include "cli/lab.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "cli/cluster.h"
#include "cli/diag.h"

struct ward_lab ward_cli_lab(const struct ward_cli *cli)
{
	return (struct ward_lab){
		.name = cli->args.lab ? cli->args.lab : WARD_LAB_DEFAULT,
		.ns = cli->args.ns,
	};
}

struct ward_lab_output ward_cli_lab_output(const struct ward_cli *cli)
{
	bool json = cli->args.output && strcmp(cli->args.output, "json") == 0;

	return (struct ward_lab_output){
		.out = stdout,
		.format = json ? WARD_LAB_JSON : WARD_LAB_TABLE,
		.color = cli->out.color,
		.width = cli->out.width,
		.progress = stderr,
	};
}

int ward_cli_lab_exit(const struct ward_cli *cli, int r, char *why)
{
	_cleanup_free_ char *owned = why;

	if (r == WARD_LAB_MISMATCH)
		return WARD_EXIT_NO;
	if (r == -EPIPE && !owned)
		return WARD_EXIT_ERROR; /* nobody reads: there is nobody to tell */
	if (r < 0)
		return ward_cli_error(cli, "%s", owned ? owned : strerror(-r));
	return r ? WARD_EXIT_ERROR : WARD_EXIT_OK;
}

/* None given: 0. */
static bool nodes_parse(const char *text, uint32_t *ret_n)
{
	size_t len = text ? strspn(text, "0123456789") : 0;

	*ret_n = 0;
	if (!text)
		return true;
	if (!len || len > 9 || text[len])
		return false;
	*ret_n = (uint32_t)strtoul(text, NULL, 10);
	return *ret_n > 0;
}

/* The options' table lets no other through. */
static enum ward_lab_network network_of(const char *text)
{
	uint32_t i = WARD_LAB_ROUTED;

	while (text && strcmp(ward_lab_network_str(i), text) != 0)
		i++;
	return i;
}

static int up_run(struct ward_cli *cli)
{
	struct ward_lab lab = ward_cli_lab(cli);
	struct ward_lab_output output = ward_cli_lab_output(cli);
	struct ward_lab_config config = {
		.no_enforce = cli->args.no_enforce,
		.network = network_of(cli->args.network),
	};
	struct ward_cluster cluster;
	char *why = NULL;
	int r;

	if (cli->args.kube_proxy && strcmp(cli->args.kube_proxy, "iptables") == 0)
		config.proxy = WARD_LAB_IPTABLES;
	if (!nodes_parse(cli->args.nodes, &config.n_nodes))
		return ward_cli_error(cli, "--nodes wants a number from 1 on, not \"%s\"",
				      cli->args.nodes);
	if (!cli->args.files.list.n)
		return ward_cli_error(cli, "of what? give -f FILE, a folder, or - for standard "
					   "input");
	if (ward_cluster_open(cli, &cluster))
		return WARD_EXIT_ERROR;
	signal(SIGPIPE, SIG_IGN); /* who closes our output does not want half a lab */
	r = ward_lab_up(&lab, &config, &cluster.snapshot, &output, &why);
	ward_cluster_done(&cluster);
	return ward_cli_lab_exit(cli, r, why);
}

static int down_run(struct ward_cli *cli)
{
	struct ward_lab lab = ward_cli_lab(cli);
	char *why = NULL;
	int r = ward_lab_down(&lab, &why);

	return ward_cli_lab_exit(cli, r, why);
}

static int list_run(struct ward_cli *cli)
{
	struct ward_lab_output output = ward_cli_lab_output(cli);
	char *why = NULL;
	int r = ward_lab_list(&output, &why);

	return ward_cli_lab_exit(cli, r, why);
}

static int status_run(struct ward_cli *cli)
{
	struct ward_lab lab = ward_cli_lab(cli);
	struct ward_lab_output output = ward_cli_lab_output(cli);
	char *why = NULL;
	int r = ward_lab_status(&lab, &output, &why);

	return ward_cli_lab_exit(cli, r, why);
}

/* What apply and delete have in common. */
typedef int (*files_fn)(const struct ward_lab *lab, const struct ward_lab_files *files,
			const struct ward_lab_output *output, char **ret_why);

static int files_run(struct ward_cli *cli, files_fn fn)
{
	struct ward_lab lab = ward_cli_lab(cli);
	struct ward_lab_output output = ward_cli_lab_output(cli);
	_cleanup_(ward_symbols_done) struct ward_symbols symbols = {};
	_cleanup_(ward_diags_done) struct ward_diags diags = {};
	_cleanup_(ward_sources_done) struct ward_sources sources = {.symbols = &symbols};
	struct ward_lab_files files = {
		.paths = cli->args.files.list.items,
		.n_paths = cli->args.files.list.n,
		.symbols = &symbols,
		.diags = &diags,
	};
	char *why = NULL;
	int r;

	ward_symbols_init(&symbols);
	r = fn(&lab, &files, &output, &why);
	ward_diags_print(&diags, &sources, &cli->err, WARD_WARNING);
	return ward_cli_lab_exit(cli, r, why);
}

static int apply_run(struct ward_cli *cli)
{
	if (!cli->args.files.list.n)
		return ward_cli_error(cli, "what? give -f FILE, a folder, or - for standard input");
	return files_run(cli, ward_lab_apply);
}

/* KIND NAME, or KIND/NAME. */
static int delete_run(struct ward_cli *cli)
{
	const struct ward_words *words = &cli->args.words;
	const char *first = words->list.n ? words->list.items[0] : "";
	size_t kind_len = strcspn(first, "/");
	const char *name = words->list.n == 2 ? words->list.items[1]
			   : first[kind_len]  ? first + kind_len + 1
					      : NULL;
	struct ward_lab lab = ward_cli_lab(cli);
	struct ward_lab_output output = ward_cli_lab_output(cli);
	_cleanup_free_ char *kind = ward_format("%.*s", (int)kind_len, first);
	char *why = NULL;
	int r;

	if (cli->args.files.list.n && !words->list.n)
		return files_run(cli, ward_lab_delete_files);
	if (!name || cli->args.files.list.n)
		return ward_cli_error(cli, "wants KIND NAME, or -f FILE");
	r = ward_lab_delete(&lab, kind, name, &output, &why);
	return ward_cli_lab_exit(cli, r, why);
}

static int label_run(struct ward_cli *cli)
{
	const struct ward_words *words = &cli->args.words;
	struct ward_lab lab = ward_cli_lab(cli);
	struct ward_lab_output output = ward_cli_lab_output(cli);
	char *why = NULL;
	int r = ward_lab_label(&lab, words->list.items[0], words->list.items + 1, words->list.n - 1,
			       &output, &why);

	return ward_cli_lab_exit(cli, r, why);
}

static int exec_run(struct ward_cli *cli)
{
	struct ward_lab lab = ward_cli_lab(cli);
	char *why = NULL;
	int r;

	ward_vec_push(&cli->args.words.list, NULL);
	r = ward_lab_exec(&lab, cli->args.words.list.items[0],
			  (char *const *)cli->args.words.list.items + 1, &why);
	return ward_cli_lab_exit(cli, r, why);
}

static int probe_run(struct ward_cli *cli)
{
	struct ward_lab lab = ward_cli_lab(cli);
	struct ward_lab_output output = ward_cli_lab_output(cli);
	char *why = NULL;
	int r = ward_lab_probe(&lab, &output, &why);

	return ward_cli_lab_exit(cli, r, why);
}

static int scan_run(struct ward_cli *cli)
{
	struct ward_lab lab = ward_cli_lab(cli);
	struct ward_lab_output output = ward_cli_lab_output(cli);
	char *why = NULL;
	int r = ward_lab_scan(&lab, cli->args.words.list.items[0], &output, &why);

	return ward_cli_lab_exit(cli, r, why);
}

#define EXITS "0; 2 error"
#define WORDS_MANY 10000

static const struct ward_option up_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION_NAMESPACE("of objects without one"),
	WARD_OPTION_LAB,
	WARD_OPTION("nodes", 0, TEXT, nodes, "N", NULL,
		    "how many nodes; else those of the input, or 2"),
	WARD_OPTION("network", 0, TEXT, network, "NETWORK", "routed|vxlan|bridge",
		    "what connects the pods"),
	WARD_OPTION("no-enforce", 0, SWITCH, no_enforce, NULL, NULL,
		    "let everything pass, as without policies"),
	WARD_OPTION("kube-proxy", 0, TEXT, kube_proxy, "MODE", "nftables|iptables",
		    "how nodes translate Services"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_OUTPUT("table|json"),
	WARD_OPTIONS_COMMON,
};

static const struct ward_command lab_up = {
	.name = "up",
	.summary = "make a lab of the workloads and policies in files",
	.examples = "  ward lab up -f manifests/\n"
		    "  ward lab up -f manifests/ --nodes 3 --lab second\n",
	.exits = EXITS,
	.options = up_options,
	.run = up_run,
};

static const struct ward_option down_options[] = {WARD_OPTION_LAB, WARD_OPTIONS_COMMON};

static const struct ward_command lab_down = {
	.name = "down",
	.summary = "end a lab and everything in it",
	.about = "Also clears away what a lab left that was killed.\n",
	.exits = EXITS,
	.options = down_options,
	.run = down_run,
};

static const struct ward_option list_options[] = {
	WARD_OPTION_OUTPUT("table|json"),
	WARD_OPTIONS_COMMON,
};

static const struct ward_command lab_list = {
	.name = "list",
	.summary = "which labs there are",
	.exits = EXITS,
	.options = list_options,
	.run = list_run,
};

static const struct ward_option status_options[] = {
	WARD_OPTION_LAB,
	WARD_OPTION_OUTPUT("table|json"),
	WARD_OPTIONS_COMMON,
};

static const struct ward_command lab_status = {
	.name = "status",
	.summary = "the nodes, pods, Services and policies of a lab",
	.exits = EXITS,
	.options = status_options,
	.run = status_run,
};

static const struct ward_option apply_options[] = {
	WARD_OPTION_FILES,   WARD_OPTION_NAMESPACE("of objects without one"),
	WARD_OPTION_LAB,     WARD_OPTION_OUTPUT("table|json"),
	WARD_OPTIONS_COMMON,
};

static const struct ward_command lab_apply = {
	.name = "apply",
	.summary = "add or change what is in files",
	.about = "Says what changed and how long it took until every node judged by it.\n",
	.examples = "  ward lab apply -f policies.yaml\n",
	.exits = EXITS,
	.options = apply_options,
	.run = apply_run,
};

static const struct ward_command lab_delete = {
	.name = "delete",
	.arguments = "[KIND NAME]",
	.summary = "take away what is in files, or one object",
	.examples = "  ward lab delete -f policies.yaml\n"
		    "  ward lab delete netpol db-in -n shop\n",
	.exits = EXITS,
	.max_words = 2,
	.options = apply_options,
	.run = delete_run,
};

static const struct ward_option label_options[] = {
	WARD_OPTION_NAMESPACE("of a name without one"),
	WARD_OPTION_LAB,
	WARD_OPTION_OUTPUT("table|json"),
	WARD_OPTIONS_COMMON,
};

static const struct ward_command lab_label = {
	.name = "label",
	.arguments = "TARGET KEY=VALUE|KEY- ...",
	.summary = "set or remove labels of a pod, a workload or a namespace",
	.examples = "  ward lab label shop/web role=frontend\n"
		    "  ward lab label namespace/shop env=prod\n"
		    "  ward lab label shop/web role-\n",
	.exits = EXITS,
	.min_words = 2,
	.max_words = WORDS_MANY,
	.options = label_options,
	.run = label_run,
};

static const struct ward_option exec_options[] = {
	WARD_OPTION_NAMESPACE("of a name without one"),
	WARD_OPTION_LAB,
	WARD_OPTIONS_COMMON,
};

static const struct ward_command lab_exec = {
	.name = "exec",
	.arguments = "POD -- COMMAND ...",
	.summary = "run a command in the network of a pod",
	.about =
		"Files, users and processes are this machine's, but for /etc/hosts, which has the\n"
		"names of Services.  node:NAME is a node of the lab, and world is all addresses\n"
		"that are not in it.\n",
	.examples = "  ward lab exec shop/web -- curl api:8080\n"
		    "  ward lab exec world -- curl --interface 203.0.113.9 10.244.1.1:8080\n",
	.exits = "that of the command; 2 error",
	.min_words = 2,
	.max_words = WORDS_MANY,
	.options = exec_options,
	.run = exec_run,
};

static const struct ward_command lab_probe = {
	.name = "probe",
	.summary = "send packets between all pods and compare with the policies",
	.about = "Also between the pods and the world, at the addresses where the blocks of the\n"
		 "policies begin and end, and through each Service to each of its backends.\n",
	.examples = "  ward lab probe\n"
		    "  ward lab probe -o json\n",
	.exits = "0 all as predicted, 1 some are not, 2 error",
	.options = status_options,
	.run = probe_run,
};

static const struct ward_command lab_scan = {
	.name = "scan",
	.arguments = "POD",
	.summary = "what a broken-into container reaches",
	.about = "Tries every port of every other pod from this one.\n",
	.examples = "  ward lab scan shop/web\n",
	.exits = EXITS,
	.min_words = 1,
	.max_words = 1,
	.options = label_options,
	.run = scan_run,
};

static const struct ward_command *const lab_commands[] = {
	&lab_up,    &lab_down, &lab_list,  &lab_status, &lab_apply, &lab_delete,
	&lab_label, &lab_exec, &lab_probe, &lab_scan,	NULL,
};

const struct ward_command ward_command_lab = {
	.name = "lab",
	.summary = "a cluster on this machine, with real packets",
	.about = "Every node and every pod is a network namespace; Ward enforces between them.\n"
		 "The machine's own network is not touched.  Needs root and BPF.\n",
	.examples = "  ward lab up -f manifests/\n"
		    "  ward lab probe\n"
		    "  ward lab down\n",
	.subcommands = lab_commands,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analysis/diff.h"
#include "cli/cluster.h"
#include "cli/diag.h"
#include "report/diff.h"

static const char *const side_names[] = {[WARD_OLD] = "OLD", [WARD_NEW] = "NEW"};

static uint32_t count_stdin(const struct ward_words *words)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < words->list.n; i++)
		n += strcmp(words->list.items[i], "-") == 0;
	return n;
}

/* What both sides share may come from standard input, which then is read twice. */
static int stdin_keep(const struct ward_cli *cli)
{
	_cleanup_close_ int fd = memfd_create("stdin", MFD_CLOEXEC);
	char buf[65536];
	ssize_t n;

	if (fd < 0)
		return ward_cli_error(cli, "cannot keep standard input: %s", strerror(errno));
	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || write(fd, buf, (size_t)n) != n)
			return ward_cli_error(cli, "cannot read standard input: %s",
					      strerror(errno));
	}
	if (dup2(fd, STDIN_FILENO) < 0)
		return ward_cli_error(cli, "cannot keep standard input: %s", strerror(errno));
	return 0;
}

/* The common objects first, so that those of the side replace them. */
static int side_open(const struct ward_cli *cli, int side, struct ward_cluster *ret_cluster)
{
	const char *path = cli->args.words.list.items[side];
	struct ward_cli own = *cli;
	int r;

	own.args.files = (struct ward_words){};
	own.args.staged &= side == WARD_NEW;
	for (uint32_t i = 0; i < cli->args.files.list.n; i++)
		ward_vec_push(&own.args.files.list, cli->args.files.list.items[i]);
	ward_vec_push(&own.args.files.list, path);
	r = ward_cluster_open(&own, ret_cluster);
	ward_vec_done(&own.args.files.list);
	if (r)
		ward_cli_error(cli, "%s (%s) has errors, so there is no comparison",
			       side_names[side], path);
	return r;
}

/* Why the search was given up, if it was. */
static void print_undecided(const struct ward_cli *cli, struct ward_cluster *clusters,
			    const struct ward_diff *diff)
{
	for (int side = 0; side < WARD_N_VERSION; side++)
		ward_diags_print(&diff->undecided[side], &clusters[side].sources, &cli->err,
				 WARD_WARNING);
}

static int print_diff(const struct ward_cli *cli, const struct ward_diff *diff)
{
	const char *form = cli->args.output ? cli->args.output : "table";

	if (diff->maps[WARD_OLD].undetermined || diff->maps[WARD_NEW].undetermined)
		fputs("pods without addresses are taken to be in no ipBlock\n", cli->err.out);
	if (diff->speaks_of_nodes)
		fputs("what rules say about nodes is compared only for nodes that could be\n",
		      cli->err.out);
	if (!diff->n_places)
		fputs("neither side has workloads: compared is what could be\n", cli->err.out);
	if (strcmp(form, "json") == 0)
		ward_report_diff_json(diff, stdout);
	else if (strcmp(form, "md") == 0)
		ward_report_diff_markdown(diff, stdout);
	else
		ward_report_diff_text(diff, &cli->out);
	return ward_diff_is_same(diff) && ward_diff_possible(diff) == WARD_FOUND_NONE
		       ? WARD_EXIT_OK
		       : WARD_EXIT_NO;
}

/* -n may name a namespace that only one side has; if none has it, it is misspelt. */
static int namespace_check(const struct ward_cli *cli, const struct ward_cluster *clusters)
{
	const char *ns = cli->args.all_namespaces ? NULL : cli->args.ns;
	ward_sym unused;

	for (int side = 0; side < WARD_N_VERSION && ns; side++) {
		ward_sym sym = ward_symbol_find(&clusters[side].symbols, ns);

		if (sym != WARD_NONE && ward_snapshot_find(&clusters[side].snapshot,
							   WARD_KIND_NAMESPACE, WARD_NONE, sym))
			return 0;
	}
	return ns ? ward_cluster_namespace(cli, &clusters[WARD_NEW], &unused) : 0;
}

static int too_large(const struct ward_cli *cli)
{
	return ward_cli_error(cli,
			      "more than %u connections are allowed, too many to "
			      "compare: give the workloads of one namespace",
			      WARD_MAP_LINKS_MAX);
}

static int compare(const struct ward_cli *cli, struct ward_cluster *clusters)
{
	struct ward_diff_options options = {
		.pods = cli->args.pods,
		.ns = cli->args.all_namespaces ? NULL : cli->args.ns,
	};
	struct ward_diff_side sides[WARD_N_VERSION];
	struct ward_diff diff;
	int code;

	if (namespace_check(cli, clusters))
		return WARD_EXIT_ERROR;
	for (int side = 0; side < WARD_N_VERSION; side++)
		sides[side] =
			(struct ward_diff_side){clusters[side].engine, &clusters[side].snapshot};
	ward_diff_build(sides, &options, &diff);
	print_undecided(cli, clusters, &diff);
	code = diff.too_large ? too_large(cli) : print_diff(cli, &diff);
	ward_diff_done(&diff);
	return code;
}

static int diff_run(struct ward_cli *cli)
{
	struct ward_cluster clusters[WARD_N_VERSION];
	bool open[WARD_N_VERSION] = {};
	int code = WARD_EXIT_ERROR;

	if (count_stdin(&cli->args.words) + count_stdin(&cli->args.files) > 1)
		return ward_cli_error(cli, "standard input can be given only once");
	if (count_stdin(&cli->args.files) && stdin_keep(cli))
		return WARD_EXIT_ERROR;
	for (int side = 0; side < WARD_N_VERSION; side++) {
		if (count_stdin(&cli->args.files) && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
			return ward_cli_error(cli, "cannot read standard input again: %s",
					      strerror(errno));
		open[side] = side_open(cli, side, &clusters[side]) == 0;
	}
	if (open[WARD_OLD] && open[WARD_NEW])
		code = compare(cli, clusters);
	for (int side = 0; side < WARD_N_VERSION; side++)
		if (open[side])
			ward_cluster_done(&clusters[side]);
	return code;
}

static const struct ward_option diff_options[] = {
	WARD_OPTION("filename", 'f', TEXTS, files, "PATH", NULL,
		    "what both sides share, such as pods; may be repeated"),
	WARD_OPTION_NAMESPACE("only this namespace; objects without one are in it"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("table|json|md"),
	WARD_OPTION("pods", 0, SWITCH, pods, NULL, NULL, "every pod instead of every workload"),
	WARD_OPTION_STAGED("as if what NEW stages were enforced"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_NOW,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_diff = {
	.name = "diff",
	.arguments = "OLD NEW",
	.summary = "what becomes allowed or denied",
	.about =
		"OLD and NEW are each a file, a folder, or - for standard input.  Says for the\n"
		"pods given what changes from the one to the other: who is newly isolated, who no\n"
		"longer is, and which connections become allowed or denied or have other ports,\n"
		"with the policies that decide on either side.\n"
		"\n"
		"Then for every pod that could be, in these or other namespaces, and every\n"
		"address: either the policies mean the same for all of them, or one is shown for\n"
		"which they do not.  That counts as different.\n",
	.examples = "  ward diff main/manifests/ branch/manifests/\n"
		    "  kubectl get ns,pods -A -o json | ward diff old/ new/ -f -\n"
		    "  helm template . | ward diff deployed.yaml - -o md\n",
	.exits = "0 same, 1 different, 2 error",
	.min_words = 2,
	.max_words = 2,
	.options = diff_options,
	.run = diff_run,
};

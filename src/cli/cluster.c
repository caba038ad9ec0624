/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "cli/diag.h"
#include "cli/options.h"
#include "doc/read.h"
#include "group/check.h"
#include "group/grouppolicy.h"

struct reading {
	struct ward_reader reader;
	struct ward_decode decode;
};

static struct ward_object *output_skip(struct ward_decode *decode, const struct ward_node *root)
{
	decode->snapshot->n_skipped++;
	return NULL;
}

/* What Ward itself writes may lie in the folder that it reads the next time.  By name, because a
 * policy under this version would be a mistake that must not be passed over. */
static const struct ward_decoder output_decoders[] = {
	{"ward.dev/v1", "ConnectivityMap", output_skip},
	{"ward.dev/v1", "Diff", output_skip},
	{"ward.dev/v1", "Exposure", output_skip},
	{"ward.dev/v1", "Findings", output_skip},
	{"ward.dev/v1", "LabelAudit", output_skip},
	{"ward.dev/v1", "Verdict", output_skip},
	{"ward.dev/v1", "Members", output_skip},
	{"ward.dev/v1", "Verdict", output_skip},
	{"ward.dev/v1", "TestReport", output_skip},
	{"ward.dev/v1", "Whoami", output_skip},
	{},
};

static int document_decode(void *userdata, ward_sym file, const struct ward_node *root)
{
	static const struct ward_decoder *const tables[] = {output_decoders, ward_kube_decoders,
							    ward_group_decoders, NULL};
	struct reading *reading = userdata;

	reading->decode.file = file;
	ward_snapshot_decode(&reading->decode, tables, root);
	return 0;
}

/* Standard input is kept, because it cannot be read again when a rule of it is quoted. */
static int read_stdin(struct ward_cli *cli, struct ward_cluster *cluster,
		      struct ward_reader *reader)
{
	WARD_VEC(char) text = {};
	ssize_t n;

	do {
		ward_vec_reserve(&text, text.n + 65536);
		n = read(STDIN_FILENO, text.items + text.n, text.cap - text.n);
		if (n > 0)
			text.n += (uint32_t)n;
	} while ((n > 0 || (n < 0 && errno == EINTR)) && text.n < UINT32_MAX / 4);
	if (n) {
		ward_vec_done(&text);
		return ward_cli_error(cli, "cannot read standard input: %s",
				      n < 0 ? strerror(errno) : "larger than 1 GiB");
	}
	ward_read_memory(reader, "-", text.items, text.n);
	ward_sources_add(&cluster->sources, ward_symbol(&cluster->symbols, "-"), text.items,
			 text.n);
	return 0;
}

static int read_files(struct ward_cli *cli, struct ward_cluster *cluster)
{
	const char *ns = cli->args.ns ? cli->args.ns : "default";
	bool stdin_read = false;
	struct reading reading = {
		.decode =
			{
				.snapshot = &cluster->snapshot,
				.like_server = cli->args.like_server,
				.default_ns = ward_symbol(&cluster->symbols, ns),
			},
		.reader =
			{
				.symbols = &cluster->symbols,
				.diags = &cluster->diags,
				.fn = document_decode,
				.userdata = &reading,
			},
	};

	for (uint32_t i = 0; i < cli->args.files.list.n; i++) {
		const char *path = cli->args.files.list.items[i];

		if (strcmp(path, "-") != 0) {
			ward_read_path(&reading.reader, path);
			continue;
		}
		if (stdin_read)
			return ward_cli_error(cli, "-f - can be given only once");
		stdin_read = true;
		if (read_stdin(cli, cluster, &reading.reader))
			return WARD_EXIT_ERROR;
	}
	cluster->n_files = reading.reader.n_files;
	return 0;
}

static int today_find(const struct ward_cli *cli, int32_t *ret_today)
{
	*ret_today = ward_day_today();
	if (!cli->args.now || ward_day_parse(cli->args.now, ret_today) == 0)
		return 0;
	return ward_cli_error(cli, "--now wants a day such as 2027-01-31, not \"%s\"",
			      cli->args.now);
}

int ward_cluster_read(struct ward_cli *cli, struct ward_cluster *ret_cluster)
{
	struct ward_cluster *cluster = ret_cluster;
	int32_t today;

	*cluster = (struct ward_cluster){};
	if (!cli->args.files.list.n)
		return ward_cli_error(cli, "this version does not talk to a live cluster: give -f "
					   "FILE, a folder, or - for standard input");
	if (today_find(cli, &today))
		return WARD_EXIT_ERROR;
	ward_symbols_init(&cluster->symbols);
	ward_snapshot_init(&cluster->snapshot, &cluster->symbols, &cluster->diags);
	cluster->snapshot.today = today;
	cluster->sources.symbols = &cluster->symbols;
	if (read_files(cli, cluster)) {
		ward_cluster_done(cluster);
		return WARD_EXIT_ERROR;
	}
	ward_snapshot_complete(&cluster->snapshot);
	if (!ward_diags_has_errors(&cluster->diags))
		ward_groups_check(&cluster->snapshot, NULL);
	return 0;
}

static void count_print(FILE *out, const char **separator, uint32_t n, const char *what)
{
	if (!n)
		return;
	fprintf(out, "%s%u %s%s", *separator, n, what, n == 1 ? "" : "s");
	*separator = ", ";
}

void ward_cluster_complain(struct ward_cli *cli, struct ward_cluster *cluster,
			   enum ward_severity least)
{
	const uint32_t *n_of = cluster->diags.n_of;
	uint32_t n_skipped = cluster->snapshot.n_skipped;
	FILE *out = cli->err.out;
	const char *separator = "";

	ward_diags_print(&cluster->diags, &cluster->sources, &cli->err, least);
	for (int severity = WARD_ERROR; severity >= (int)least; severity--)
		count_print(out, &separator, n_of[severity], ward_severity_str(severity));
	if (*separator && cluster->n_files)
		fprintf(out, " in %u file%s", cluster->n_files, cluster->n_files == 1 ? "" : "s");
	if (n_skipped) {
		fputs(*separator ? "; " : "", out);
		separator = "";
		count_print(out, &separator, n_skipped, "document");
		fputs(" of kinds that policies do not concern skipped", out);
	}
	if (*separator)
		fputc('\n', out);
}

int ward_cluster_open(struct ward_cli *cli, struct ward_cluster *ret_cluster)
{
	if (ward_cluster_read(cli, ret_cluster))
		return WARD_EXIT_ERROR;
	ward_cluster_complain(cli, ret_cluster, WARD_WARNING);
	if (ward_diags_has_errors(&ret_cluster->diags)) {
		ward_cluster_done(ret_cluster);
		return WARD_EXIT_ERROR;
	}
	ret_cluster->engine = cli->args.staged
				      ? ward_engine_load_staged(&ret_cluster->snapshot, WARD_NONE)
				      : ward_engine_load(&ret_cluster->snapshot, WARD_NONE);
	return 0;
}

int ward_cluster_namespace(const struct ward_cli *cli, const struct ward_cluster *cluster,
			   ward_sym *ret_ns)
{
	const struct ward_snapshot *snapshot = &cluster->snapshot;
	_cleanup_free_ const char **names = ward_new_n(const char *, snapshot->objects.n);
	_cleanup_free_ char *hint = NULL;
	uint32_t n = 0;
	ward_sym ns;

	*ret_ns = WARD_NONE;
	if (!cli->args.ns || cli->args.all_namespaces)
		return 0;
	ns = ward_symbol_find(&cluster->symbols, cli->args.ns);
	if (ns != WARD_NONE && ward_snapshot_find(snapshot, WARD_KIND_NAMESPACE, WARD_NONE, ns)) {
		*ret_ns = ns;
		return 0;
	}
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_object *object = snapshot->objects.items[i];

		if (object && object->kind == WARD_KIND_NAMESPACE)
			names[n++] = ward_symbol_str(&cluster->symbols, object->name);
	}
	hint = ward_did_you_mean(cli->args.ns, names, n, "");
	return ward_cli_error(cli, "there is no namespace \"%s\"%s", cli->args.ns, hint);
}

void ward_cluster_done(struct ward_cluster *cluster)
{
	cluster->engine = ward_engine_free(cluster->engine);
	ward_sources_done(&cluster->sources);
	ward_snapshot_done(&cluster->snapshot);
	ward_diags_done(&cluster->diags);
	ward_symbols_done(&cluster->symbols);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "doc/json-writer.h"
#include "lab/folder.h"
#include "lab/lab.h"
#include "report/text.h"

static const char *state_of(const char *name)
{
	_cleanup_(lab_folder_done) struct lab_folder folder;
	_cleanup_close_ int fd = -1;

	lab_folder_init(&folder, name);
	fd = lab_folder_connect(&folder);
	return fd < 0 ? "dead" : "up";
}

static void list_json(const struct lab_names *names, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "LabList");
	ward_json_list(&json, "labs");
	for (uint32_t i = 0; i < names->list.n; i++) {
		ward_json_map(&json, NULL);
		ward_json_str(&json, "name", names->list.items[i]);
		ward_json_str(&json, "state", state_of(names->list.items[i]));
		ward_json_end_map(&json);
	}
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}

static void list_table(const struct lab_names *names, FILE *out)
{
	static const char *const header[] = {"LAB", "STATE"};
	const struct ward_text text = {.out = out};
	struct ward_table table;

	if (!names->list.n) {
		fputs("no labs: `ward lab up -f DIR` makes one\n", out);
		return;
	}
	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < names->list.n; i++) {
		ward_table_cell(&table, names->list.items[i]);
		ward_table_cell(&table, state_of(names->list.items[i]));
	}
	ward_table_print(&table, &text);
	ward_table_done(&table);
}

int ward_lab_list(const struct ward_lab_output *output, char **ret_why)
{
	_cleanup_(lab_names_done) struct lab_names names = {};

	if (geteuid() != 0) {
		*ret_why = ward_strdup("a lab belongs to root: run this with sudo");
		return -EPERM;
	}
	lab_names_find(&names);
	if (output->format == WARD_LAB_JSON)
		list_json(&names, output->out);
	else
		list_table(&names, output->out);
	return 0;
}

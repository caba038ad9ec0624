/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that send packets or change something take turns: while one goes on, the others wait
 * in a queue.  Looking (status, observe, exec) never waits. */
#include "lab/control.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "doc/json-writer.h"
#include "doc/read.h"
#include "lab/service.h"

enum {
	WAITING_MAX = 64,
};

static const struct operation {
	const char *name;
	void (*run)(struct lab_request *request);
	bool takes_turns;
} operations[] = {
	{"status", lab_op_status, false}, {"probe", lab_op_probe, true},
	{"scan", lab_op_scan, true},	  {"apply", lab_op_apply, true},
	{"delete", lab_op_delete, true},  {"label", lab_op_label, true},
	{"exec", lab_op_exec, false},	  {"observe", lab_op_observe, false},
	{"down", lab_op_down, false},
};

/* A request that is not answered yet. */
struct entry {
	struct lab_request request;
	struct entry *next;
	const struct operation *operation;
	char *line;
	size_t len;
	int fd;
};

struct lab_control {
	struct lab *lab;
	struct ward_lines_server *server;
	struct entry *entries; /* begun */
	struct entry *turn;    /* of them: the one whose turn it is */
	struct entry *waiting, **last;
	uint32_t n_waiting;
};

static struct entry *entry_of(struct lab_request *request)
{
	return (struct entry *)request;
}

static void entry_free(struct entry *entry)
{
	if (entry->request.text.out)
		fclose(entry->request.text.out);
	free(entry->request.text_bytes);
	ward_cleanup_close(&entry->fd);
	free(entry->line);
	free(entry);
}

static void line_send(struct lab_request *request, char *line, size_t size)
{
	if (request->lines)
		ward_lines_write(request->lines, line, size, -1);
	free(line);
}

/* {"KEY": "TEXT"} */
static void pair_send(struct lab_request *request, const char *key, const char *text)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);
	struct ward_json json;

	ward_json_init(&json, out, true);
	ward_json_map(&json, NULL);
	ward_json_str(&json, key, text);
	ward_json_end_map(&json);
	fclose(out);
	line_send(request, line, size);
}

FILE *lab_answer_text(struct lab_request *request)
{
	if (!request->text.out)
		request->text.out = open_memstream(&request->text_bytes, &request->text_size);
	return request->text.out;
}

void lab_answer_flush(struct lab_request *request)
{
	if (!request->text.out)
		return;
	fclose(request->text.out);
	request->text.out = NULL;
	if (request->text_size)
		pair_send(request, "text", request->text_bytes);
	free(request->text_bytes);
	request->text_bytes = NULL;
	request->text_size = 0;
}

static void diag_send(struct lab_request *request, const struct ward_diag *diag)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);
	struct ward_json json;

	ward_json_init(&json, out, true);
	ward_json_map(&json, NULL);
	ward_json_map(&json, "diag");
	ward_json_str(&json, "code", diag->code);
	ward_json_int(&json, "severity", diag->severity);
	if (diag->mark.file != WARD_NONE)
		ward_json_str(&json, "file",
			      ward_symbol_str(request->lab->symbols, diag->mark.file));
	ward_json_int(&json, "line", diag->mark.line);
	ward_json_int(&json, "col", diag->mark.col);
	ward_json_str(&json, "object", diag->object);
	ward_json_str(&json, "message", diag->message);
	ward_json_str(&json, "hint", diag->hint);
	ward_json_end_map(&json);
	ward_json_end_map(&json);
	fclose(out);
	line_send(request, line, size);
}

void lab_answer_diags(struct lab_request *request, const struct ward_diags *diags)
{
	for (uint32_t i = 0; i < diags->list.n; i++)
		diag_send(request, &diags->list.items[i]);
}

static void turn_next(struct lab_control *control);

/* The connection has been told to close, or is gone. */
static void entry_end(struct entry *entry)
{
	struct lab_control *control = entry->request.lab->control;
	struct entry **link = &control->entries;
	bool had_turn = control->turn == entry;

	while (*link && *link != entry)
		link = &(*link)->next;
	if (*link)
		*link = entry->next;
	if (had_turn)
		control->turn = NULL;
	entry_free(entry);
	if (had_turn)
		turn_next(control);
}

/* The last line is out; "gone" will not be asked for any more. */
static void request_close(struct lab_request *request)
{
	struct ward_lines *lines = request->lines;

	request->lines = NULL;
	if (lines)
		ward_lines_finish(lines);
	entry_end(entry_of(request));
}

void lab_answer_done(struct lab_request *request, int code)
{
	lab_answer_flush(request);
	line_send(request, ward_format("{\"done\": %d}\n", code), strlen("{\"done\": 0}\n"));
	request_close(request);
}

void lab_answer_fd(struct lab_request *request, int fd)
{
	static const char line[] = "{\"done\": 0}\n";

	lab_answer_flush(request);
	if (request->lines)
		ward_lines_write(request->lines, line, strlen(line), fd);
	request_close(request);
}

void lab_answer_error(struct lab_request *request, const char *fmt, ...)
{
	char message[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	pair_send(request, "error", message);
	request_close(request);
}

static int root_take(void *userdata, ward_sym file, const struct ward_node *root)
{
	struct entry *entry = userdata;
	struct lab_request *request = &entry->request;
	const char *format = ward_node_get_str(root, "format");
	const char *ns = ward_node_get_str(root, "ns");
	const struct ward_node *color = ward_node_get(root, "color");
	const struct ward_node *width = ward_node_get(root, "width");

	request->root = root;
	request->format = format && strcmp(format, "json") == 0 ? WARD_LAB_JSON : WARD_LAB_TABLE;
	request->ns = ns && *ns ? ward_symbol(request->lab->symbols, ns) : WARD_NONE;
	request->text.color = color && color->type == WARD_NODE_BOOL && color->boolean;
	if (width && width->type == WARD_NODE_INT && width->integer > 0 && width->integer < 10000)
		request->text.width = (uint32_t)width->integer;
	entry->operation->run(request);
	return -ECANCELED; /* one a line; and the request may be freed */
}

/* The tree of the request lives as long as the call of its operation. */
static void entry_run(struct entry *entry)
{
	struct lab *lab = entry->request.lab;
	struct ward_diags diags = {};
	struct ward_reader reader = {
		.symbols = lab->symbols, .diags = &diags, .fn = root_take, .userdata = entry};
	_cleanup_free_ char *line = TAKE_PTR(entry->line);
	_cleanup_close_ int fd = TAKE_FD(entry->fd);

	entry->request.fd = fd;
	entry->next = lab->control->entries;
	lab->control->entries = entry;
	ward_read_memory(&reader, "request.json", line, entry->len);
	ward_diags_done(&diags);
}

/* Looks which operation is asked for, in a reading of its own so that waiting keeps a line and
 * nothing else. */
static int operation_find(void *userdata, ward_sym file, const struct ward_node *root)
{
	const struct operation **operation = userdata;
	const char *name = ward_node_get_str(root, "op");

	for (size_t i = 0; name && i < WARD_ARRAY_SIZE(operations); i++)
		if (strcmp(name, operations[i].name) == 0)
			*operation = &operations[i];
	return -ECANCELED;
}

static const struct operation *operation_of(struct lab *lab, const char *line, size_t len)
{
	const struct operation *operation = NULL;
	struct ward_diags diags = {};
	struct ward_reader reader = {.symbols = lab->symbols,
				     .diags = &diags,
				     .fn = operation_find,
				     .userdata = &operation};

	ward_read_memory(&reader, "request.json", line, len);
	ward_diags_done(&diags);
	return operation;
}

static void turn_next(struct lab_control *control)
{
	struct entry *entry = control->waiting;

	if (control->turn || !entry)
		return;
	control->waiting = entry->next;
	if (!control->waiting)
		control->last = &control->waiting;
	control->n_waiting--;
	control->turn = entry;
	entry_run(entry);
}

static void turn_wait(struct lab_control *control, struct entry *entry)
{
	if (control->n_waiting == WAITING_MAX) {
		lab_answer_error(&entry->request, "too many commands are waiting for this lab");
		return;
	}
	entry->next = NULL;
	*control->last = entry;
	control->last = &entry->next;
	control->n_waiting++;
	turn_next(control);
}

static void request_take(void *userdata, struct ward_lines *lines, const char *line, size_t len,
			 int fd)
{
	struct lab_control *control = userdata;
	struct entry *entry = ward_new(struct entry);

	*entry = (struct entry){
		.request = {.lab = control->lab,
			    .lines = lines,
			    .fd = -1,
			    .received_ns = lab_now_ns()},
		.line = ward_strdup(line),
		.len = len,
		.fd = fd < 0 ? -1 : dup(fd),
	};
	entry->operation = operation_of(control->lab, line, len);
	if (!entry->operation)
		lab_answer_error(&entry->request, "not a request that this lab understands; are "
						  "the command and the lab the same version?");
	else if (entry->operation->takes_turns)
		turn_wait(control, entry);
	else
		entry_run(entry);
}

static struct entry *entry_find(struct lab_control *control, const struct ward_lines *lines)
{
	struct entry *lists[] = {control->entries, control->waiting};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(lists); i++)
		for (struct entry *entry = lists[i]; entry; entry = entry->next)
			if (entry->request.lines == lines)
				return entry;
	return NULL;
}

/* A change that was asked for is made all the same; what only answers ends. */
static void request_gone(void *userdata, struct ward_lines *lines)
{
	struct entry *entry = entry_find(userdata, lines);

	if (!entry)
		return;
	entry->request.lines = NULL;
	if (entry->request.gone)
		entry->request.gone(&entry->request);
}

int lab_control_open(struct lab *lab, int listening)
{
	struct lab_control *control = ward_new(struct lab_control);
	struct ward_lines_handler handler = {
		.request = request_take,
		.gone = request_gone,
		.userdata = control,
	};

	control->lab = lab;
	control->last = &control->waiting;
	lab->control = control;
	return ward_lines_serve(&lab->loop, listening, &handler, &control->server);
}

/* A line for the name of the host, and then its /etc/hosts. */
static void host_describe(struct lab_request *request, const char *name)
{
	_cleanup_free_ char *ns = ward_format("%.*s", (int)strcspn(name, "/"), name);
	FILE *out = lab_answer_text(request);

	fprintf(out, "%s\n", name);
	lab_hosts_write(request->lab, ward_symbol_find(request->lab->symbols, ns), out);
}

void lab_op_exec(struct lab_request *request)
{
	const char *text = ward_node_get_str(request->root, "pod"), *name;
	int ns = text ? lab_resolve_network(request, text, &name) : -1;

	if (!text)
		lab_answer_error(request, "exec needs a pod");
	if (ns < 0)
		return;
	host_describe(request, name);
	lab_answer_fd(request, ns);
}

void lab_op_down(struct lab_request *request)
{
	uv_loop_t *loop = &request->lab->loop;

	lab_answer_done(request, 0);
	uv_stop(loop);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "show.h"

/* A folder of its own under /tmp, which is the working directory meanwhile. */
struct folder {
	char path[32];
	int old;
};

static int folder_enter(void **state)
{
	struct folder *folder = ward_new(struct folder);

	strcpy(folder->path, "/tmp/ward-read-XXXXXX");
	folder->old = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_non_null(mkdtemp(folder->path));
	assert_int_equal(chdir(folder->path), 0);
	*state = folder;
	return 0;
}

static int folder_leave(void **state)
{
	struct folder *folder = *state;
	_cleanup_free_ char *command = ward_format("rm -rf %s", folder->path);

	assert_int_equal(fchdir(folder->old), 0);
	close(folder->old);
	free(folder);
	return system(command);
}

static void file_write(const char *path, const char *text)
{
	_cleanup_file_ FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
}

static void assert_path_reads(const char *path, const char *expected)
{
	struct show show;

	show_init(&show);
	assert_int_equal(ward_read_path(&show.reader, path), 0);
	assert_string_equal(show_finish(&show), expected);
	show_done(&show);
}

static void files(void **state)
{
	file_write("a.yaml", "a: 1\n");
	file_write("empty.yaml", "");
	file_write("b.json", "{a: 1}");
	assert_path_reads("a.yaml", "{a:1}");
	assert_path_reads("./a.yaml", "{a:1}");
	assert_path_reads("empty.yaml", "0:0 error empty-input: the file is empty " EMPTY_HINT);
	assert_path_reads("b.json", "1:2 error bad-json: malformed JSON: expected a key in quotes, "
				    "found 'a'");
	assert_path_reads("none", "0:0 error unreadable: cannot be read: No such file or directory "
				  "(check the path)");
	assert_path_reads("/dev/null", "0:0 error unreadable: neither a file nor a folder");
	assert_path_reads("", "0:0 error unreadable: cannot be read: No such file or directory "
			      "(check the path)");
}

static void folders(void **state)
{
	assert_int_equal(mkdir("d", 0755), 0);
	assert_path_reads("d/",
			  "0:0 error empty-folder: no .yaml, .yml or .json file in this folder");
	assert_int_equal(mkdir("d/c", 0755), 0);
	assert_int_equal(mkdir("d/.git", 0755), 0);
	file_write("d/README", "x: [");
	file_write("d/.hidden.yaml", "x: [");
	file_write("d/.git/x.yaml", "x: [");
	assert_path_reads("d",
			  "0:0 error empty-folder: no .yaml, .yml or .json file in this folder");
	file_write("d/d.yaml", "k: 4\n");
	file_write("d/c/b.yml", "k: 3\n");
	file_write("d/c/a.json", "{\"k\":2}");
	file_write("d/a.yaml", "k: 1\n");
	assert_path_reads("d", "{k:1} {k:2} {k:3} {k:4}");
	file_write("d/b.yaml", "# nothing yet\n");
	assert_path_reads(
		"d",
		"{k:1} {k:2} {k:3} {k:4} 0:0 warning empty-input: no document in it " EMPTY_HINT);
}

static void names_in_marks(void **state)
{
	struct show show;

	assert_int_equal(mkdir("e", 0755), 0);
	file_write("e/x.yaml", "a: [\n");
	show_init(&show);
	ward_read_path(&show.reader, "e//");
	assert_string_equal(ward_symbol_str(&show.symbols, show.diags.list.items[0].mark.file),
			    "e/x.yaml");
	show_finish(&show);
	show_done(&show);
}

static void links(void **state)
{
	assert_int_equal(mkdir("l", 0755), 0);
	file_write("target", "k: 1\n");
	assert_int_equal(symlink("../target", "l/a.yaml"), 0);
	assert_int_equal(symlink("../l", "l/loop"), 0);
	assert_int_equal(symlink("loop.yaml", "l/loop.yaml"), 0);
	assert_int_equal(symlink("l", "to-folder"), 0);
	assert_path_reads("to-folder",
			  "{k:1} 0:0 error unreadable: cannot be read: Too many levels "
			  "of symbolic links");
}

/* A pipe is read when it is named (`-f <(helm template .)`), and left alone in a folder, where
 * opening it would wait for ever. */
static void pipes(void **state)
{
	int ends[2];
	char path[32];

	assert_int_equal(mkdir("p", 0755), 0);
	assert_int_equal(mkfifo("p/x.yaml", 0600), 0);
	file_write("p/y.yaml", "k: 1\n");
	assert_path_reads("p", "{k:1}");
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "k: 2\n", 5), 5);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_path_reads(path, "{k:2}");
	close(ends[0]);
}

static void standard_input(void **state)
{
	int old = dup(STDIN_FILENO), fd;

	file_write("in", "{\"k\":1}\n---\nk: 2\n");
	fd = open("in", O_RDONLY | O_CLOEXEC);
	dup2(fd, STDIN_FILENO);
	assert_path_reads("-", "{k:1} {k:2}");
	assert_path_reads("-", "0:0 error empty-input: standard input is empty (look at what "
			       "the command before the pipe prints)");
	dup2(old, STDIN_FILENO);
	close(old);
	close(fd);
}

static void no_permission(void **state)
{
	bool root = geteuid() == 0;

	file_write("secret.yaml", "a: 1\n");
	assert_int_equal(chmod("secret.yaml", 0), 0);
	assert_int_equal(chmod(".", 0755), 0);
	if (root)
		assert_int_equal(seteuid(65534), 0);
	assert_path_reads("secret.yaml", "0:0 error unreadable: cannot be read: Permission denied "
					 "(you may not read it)");
	if (root)
		assert_int_equal(seteuid(0), 0);
}

static void too_large(void **state)
{
	file_write("large.yaml", "a: 1\n");
	assert_int_equal(truncate("large.yaml", (1L << 30) + 1), 0);
	assert_path_reads("large.yaml", "0:0 error too-large: larger than 1 GiB (split it)");
}

static void counts(void **state)
{
	struct show show;

	file_write("c.yaml", "a: 1\n---\nb: 2\n");
	show_init(&show);
	ward_read_path(&show.reader, "c.yaml");
	ward_read_path(&show.reader, "c.yaml");
	assert_int_equal(show.reader.n_files, 2);
	assert_int_equal(show.reader.n_documents, 4);
	assert_int_equal(show.reader.n_bytes, 28);
	show_finish(&show);
	show_done(&show);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files),	  cmocka_unit_test(folders),
		cmocka_unit_test(names_in_marks), cmocka_unit_test(links),
		cmocka_unit_test(pipes),	  cmocka_unit_test(standard_input),
		cmocka_unit_test(no_permission),  cmocka_unit_test(too_large),
		cmocka_unit_test(counts),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}

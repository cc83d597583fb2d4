/* An extension of Python that counts stacks in C. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <tel.h>

#define APART __attribute__((noinline, noclone))

APART void c_inner(const char *name, unsigned depth) {
    tel_stack_inc(name, depth);
    __asm__ volatile("" ::: "memory");
}

APART void c_outer(const char *name, unsigned depth) {
    c_inner(name, depth);
    __asm__ volatile("" ::: "memory");
}

static PyObject *start(PyObject *self, PyObject *args) {
    (void)self, (void)args;
    if (tel_open(NULL) == TEL_OK) Py_RETURN_NONE;
    PyErr_SetString(PyExc_OSError, tel_error_message());
    return NULL;
}

static PyObject *count(PyObject *self, PyObject *args) {
    (void)self;
    const char *name;
    unsigned depth = 0, times = 1;
    if (!PyArg_ParseTuple(args, "s|II", &name, &depth, &times)) return NULL;
    while (times-- > 0) c_outer(name, depth);
    Py_RETURN_NONE;
}

/* Not while the GIL is held, but from the same place. */
static PyObject *count_either_way(PyObject *self, PyObject *args) {
    (void)self;
    const char *name;
    int released;
    if (!PyArg_ParseTuple(args, "sp", &name, &released)) return NULL;
    PyThreadState *state = released ? PyEval_SaveThread() : NULL;
    c_outer(name, 0);
    if (state) PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}

static PyObject *call(PyObject *self, PyObject *function) {
    (void)self;
    return PyObject_CallFunctionObjArgs(function, NULL);
}

static PyObject *fail(PyObject *self, PyObject *args) {
    (void)self;
    const char *name;
    if (!PyArg_ParseTuple(args, "s", &name)) return NULL;
    PyErr_SetString(PyExc_KeyError, "kept");
    c_outer(name, 0);
    return NULL;
}

static void *run(void *name) {
    c_outer(name, 0);
    return NULL;
}

/* A thread that Python does not know, while this one holds the GIL. */
static PyObject *in_thread(PyObject *self, PyObject *args) {
    (void)self;
    char *name;
    pthread_t thread;
    if (!PyArg_ParseTuple(args, "s", &name)) return NULL;
    if (pthread_create(&thread, NULL, run, name) != 0) return PyErr_NoMemory();
    pthread_join(thread, NULL);
    Py_RETURN_NONE;
}

/* How many entries the list has, while garbage is collected at each chance: before and after. */
static PyObject *count_in_garbage(PyObject *self, PyObject *args) {
    (void)self;
    const char *name;
    PyObject *list, *gc = PyImport_ImportModule("gc");
    if (!gc || !PyArg_ParseTuple(args, "sO", &name, &list)) return NULL;
    PyObject *done = PyObject_CallMethod(gc, "set_threshold", "i", 1);
    Py_ssize_t before = PyList_Size(list);
    c_outer(name, 64);
    Py_ssize_t after = PyList_Size(list);
    Py_XDECREF(done);
    Py_XDECREF(PyObject_CallMethod(gc, "set_threshold", "i", 700));
    Py_DECREF(gc);
    return Py_BuildValue("nn", before, after);
}

static PyMethodDef methods[] = {
    {"start", start, METH_NOARGS, NULL}, {"count", count, METH_VARARGS, NULL}, {"count_either_way", count_either_way, METH_VARARGS, NULL},
    {"call", call, METH_O, NULL}, {"fail", fail, METH_VARARGS, NULL}, {"count_in_garbage", count_in_garbage, METH_VARARGS, NULL},
    {"in_thread", in_thread, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "halves", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_halves(void) { return PyModule_Create(&module); }

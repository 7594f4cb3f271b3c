// Double-double arithmetic; the NumPy twin with the error bounds is numeric/doubledouble.py.
// Every operation is an explicitly rounded intrinsic, so the compiler cannot contract it.
struct dd { double hi, lo; };

__device__ __forceinline__ dd two_sum(double a, double b) {
    double s = __dadd_rn(a, b), t = __dsub_rn(s, a);
    return {s, __dadd_rn(__dsub_rn(a, __dsub_rn(s, t)), __dsub_rn(b, t))};
}
__device__ __forceinline__ dd fast_two_sum(double a, double b) {
    double s = __dadd_rn(a, b);
    return {s, __dsub_rn(b, __dsub_rn(s, a))};
}
__device__ __forceinline__ dd two_product(double a, double b) {
    double p = __dmul_rn(a, b);
    return {p, __fma_rn(a, b, -p)};
}
__device__ __forceinline__ dd operator+(dd x, dd y) {
    dd s = two_sum(x.hi, y.hi), t = two_sum(x.lo, y.lo);
    dd v = fast_two_sum(s.hi, __dadd_rn(s.lo, t.hi));
    return fast_two_sum(v.hi, __dadd_rn(t.lo, v.lo));
}
__device__ __forceinline__ dd operator-(dd x) { return {-x.hi, -x.lo}; }
__device__ __forceinline__ dd operator-(dd x, dd y) { return x + (-y); }
__device__ __forceinline__ dd operator*(dd x, dd y) {
    dd p = two_product(x.hi, y.hi);
    double cross = __dadd_rn(__dmul_rn(x.hi, y.lo), __dmul_rn(x.lo, y.hi));
    return fast_two_sum(p.hi, __dadd_rn(p.lo, cross));
}
__device__ __forceinline__ dd operator/(dd x, dd y) {
    double q = __ddiv_rn(x.hi, y.hi);
    dd p = two_product(y.hi, q);
    dd t = fast_two_sum(p.hi, __dmul_rn(y.lo, q));
    dd r = fast_two_sum(t.hi, __dadd_rn(t.lo, p.lo));
    double rest = __dadd_rn(__dsub_rn(x.hi, r.hi), __dsub_rn(x.lo, r.lo));
    return fast_two_sum(q, __ddiv_rn(rest, y.hi));
}
__device__ __forceinline__ dd square_root(dd x) {
    double s = __dsqrt_rn(x.hi);
    dd p = two_product(s, s);
    double rest = __dadd_rn(x.lo, __dsub_rn(__dsub_rn(x.hi, p.hi), p.lo));
    return fast_two_sum(s, __ddiv_rn(rest, __dmul_rn(2.0, s)));
}

// One operation on arrays: 0 sum, 1 product, 2 quotient, 3 square root of x.
extern "C" __global__ void elementwise(int operation, u64 count, const double* xh,
                                       const double* xl, const double* yh, const double* yl,
                                       double* oh, double* ol) {
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count;
         i += (u64)gridDim.x * blockDim.x) {
        dd x = {xh[i], xl[i]}, y = {yh[i], yl[i]};
        dd r = operation == 0 ? x + y : operation == 1 ? x * y : operation == 2 ? x / y
                                                                               : square_root(x);
        oh[i] = r.hi; ol[i] = r.lo;
    }
}

// Four independent chains of x <- x * a + b a thread: the rate of multiply-adds.
extern "C" __global__ void multiply_add_rate(int steps, double a, double b, double* out) {
    u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x;
    dd x[4], m = {a, a * 0x1p-55}, c = {b, b * 0x1p-55};
    for (int k = 0; k < 4; ++k) x[k] = {1.0 + 1e-3 * (double)(i % 97) + k, 0.0};
    for (int s = 0; s < steps; ++s)
#pragma unroll
        for (int k = 0; k < 4; ++k) x[k] = x[k] * m + c;
    dd sum = (x[0] + x[1]) + (x[2] + x[3]);
    out[i] = sum.hi + sum.lo;
}

#ifdef D
// The in-context loss on the product Gauss grid: LAYERS + 1 nodes for each chi-square (square
// roots and weights given, D rules one after the other), 2 LAYERS + 1 for each normal.
#define LOWER (D * (D - 1) / 2)
extern "C" __global__ void quadrature(u64 nodes, const double* root_hi, const double* root_lo,
                                      const double* weight_hi, const double* weight_lo,
                                      const double* z_hi, const double* z_lo,
                                      const double* zw_hi, const double* zw_lo,
                                      const double* v_hi, const double* v_lo,
                                      double inverse_hi, double inverse_lo, double* out) {
    const dd inverse_n = {inverse_hi, inverse_lo};
    const int A = LAYERS + 1, B = 2 * LAYERS + 1;
    dd total = {0.0, 0.0};
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < nodes;
         i += (u64)gridDim.x * blockDim.x) {
        u64 rest = i;
        dd t[D][D], w = {1.0, 0.0};
#pragma unroll
        for (int r = 0; r < D; ++r) {
            int k = r * A + (int)(rest % A);
            rest /= A;
            t[r][r] = {root_hi[k], root_lo[k]};
            w = w * dd{weight_hi[k], weight_lo[k]};
        }
#pragma unroll
        for (int r = 0; r < D; ++r)
#pragma unroll
            for (int c = 0; c < r; ++c) {
                int k = (int)(rest % B);
                rest /= B;
                t[r][c] = {z_hi[k], z_lo[k]};
                w = w * dd{zw_hi[k], zw_lo[k]};
            }
        dd s[D][D], m[D][D], p[D][D], q[D][D];
#pragma unroll
        for (int r = 0; r < D; ++r)
#pragma unroll
            for (int c = 0; c < D; ++c) {
                dd dot = t[r][0] * t[c][0];
#pragma unroll
                for (int k = 1; k <= (r < c ? r : c); ++k) dot = dot + t[r][k] * t[c][k];
                s[r][c] = dot * inverse_n;
            }
#pragma unroll
        for (int r = 0; r < D; ++r)
#pragma unroll
            for (int c = 0; c < D; ++c) {
                dd sum = {r == c ? 1.0 : 0.0, 0.0};
#pragma unroll
                for (int k = 0; k < D; ++k)
                    sum = sum - dd{v_hi[r * D + k], v_lo[r * D + k]} * s[k][c];
                m[r][c] = p[r][c] = sum;
            }
#pragma unroll 1
        for (int l = 1; l < LAYERS; ++l) {
#pragma unroll
            for (int r = 0; r < D; ++r)
#pragma unroll
                for (int c = 0; c < D; ++c) {
                    dd sum = p[r][0] * m[0][c];
#pragma unroll
                    for (int k = 1; k < D; ++k) sum = sum + p[r][k] * m[k][c];
                    q[r][c] = sum;
                }
#pragma unroll
            for (int r = 0; r < D; ++r)
#pragma unroll
                for (int c = 0; c < D; ++c) p[r][c] = q[r][c];
        }
        dd f = {0.0, 0.0};
#pragma unroll
        for (int r = 0; r < D; ++r)
#pragma unroll
            for (int c = 0; c < D; ++c) f = f + p[r][c] * p[r][c];
        total = total + f * w;
    }
    u64 thread = blockIdx.x * (u64)blockDim.x + threadIdx.x, threads = (u64)gridDim.x * blockDim.x;
    out[thread] = total.hi; out[threads + thread] = total.lo;
}
#endif
